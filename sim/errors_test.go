package sim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
	"github.com/gowps/gowps/wps/upnp/lan"
)

// within has the packages whose classes of errors stand within a text that
// begins with the package, or with what the error is about: an example, and how it
// begins.
var within = map[string]struct {
	example error
	begins  string
}{
	"pin":                              {&pin.Error{Err: pin.ErrLength, Detail: "7"}, "pin: "},
	"wps":                              {&wps.Error{Kind: wps.KindM1, Err: wps.ErrLength}, "M1: "},
	"wps/registration":                 {&registration.Error{DetectedBy: registration.RoleEnrollee}, "registration: "},
	"wps/registration/internal/group5": {registration.CheckPublicKey(&wps.PublicKey{}, nil), "public key refused: "},
	// The errors of sim are what the panels and pages of its devices show.
	"sim": {&sim.Failure{Text: "No router waits.", Err: sim.ErrNotWaiting}, "No router waits. ["},

	"wps/upnp":          {&upnp.Error{Object: "description", Err: upnp.ErrMalformed}, "upnp: "},
	"wps/upnp/lan":      {second(lan.Open("no such interface")), "lan: "},
	"eapwsc/eap":        {second(eap.ParsePacket(nil)), "EAP header at offset 0: "},
	"eapwsc/eapol/link": {second(link.Listen("no such interface")), "link: "},
	"eapwsc/radius":     {(&radius.Packet{}).CheckRequest(nil), "Message-Authenticator at offset "},
	"eapwsc/station":    {&station.Error{Interface: "wlan0", Op: "scan", Class: station.ErrDown}, "wlan0: scan: "},
}

func second[T any](_ T, err error) error { return err }

// TestErrorText checks the form of errors in all packages but programs: each
// class begins with its package, unless an error type or a function names the
// package or the object first; and all texts begin in lower case and have no full
// stop.
func TestErrorText(t *testing.T) {
	for dir, row := range within {
		if row.example == nil || !strings.HasPrefix(row.example.Error(), row.begins) {
			t.Errorf("%s: %q does not begin with %q", dir, row.example, row.begins)
		}
	}
	classes := map[string]int{}
	walkErrors(t, func(dir, name string, class bool, text string) {
		where := dir + ": " + strconv.Quote(text)
		if form := wrongForm(text); form != "" {
			t.Errorf("%s %s", where, form)
		}
		if !class {
			return
		}
		classes[dir]++
		_, inside := within[dir]
		prefix := filepath.Base(dir) + ": "
		switch has := strings.HasPrefix(text, prefix); {
		case strings.HasPrefix(text, "%w"): // what it wraps has the prefix
		case !inside && !has:
			t.Errorf("%s, %s, does not begin with %q", where, name, prefix)
		case inside && has && !begins[name]:
			t.Errorf("%s, %s, begins with the package, which the text around it has already", where, name)
		}
	})
	for dir := range within {
		if classes[dir] == 0 {
			t.Errorf("%s has no classes of errors", dir)
		}
	}
}

// begins are classes of the packages in within that are returned as they are.
var begins = map[string]bool{
	"ErrClient": true, "ErrDiscarded": true, "ErrConfig": true, "ErrConnection": true, // of radius; ErrConfig also of sim
	"ErrAssociation": true, "ErrLost": true, "ErrWalkTime": true, "ErrNoScan": true, "ErrSelection": true, // of station
}

// properName matches a first word that is written with capitals: an
// abbreviation, a name of the protocol, a field of a configuration.
var properName = regexp.MustCompile(`^(%|-|[A-Z]+[0-9-]|[A-Z][A-Za-z0-9]*[A-Z]|Wi-Fi|Access|Device|Role|Only|Secret|New)`)

// wrongForm returns what is wrong with the form of an error's text, or "".
func wrongForm(text string) string {
	switch first := text[:min(1, len(text))]; {
	case text == "":
		return "is empty"
	case strings.ToLower(first) != first && !properName.MatchString(text):
		return "does not begin in lower case"
	case strings.ContainsAny(text[len(text)-1:], ".!?") || strings.Contains(text, "\n"):
		return "is not one phrase without a full stop"
	}
	return ""
}

// walkErrors calls f for each error that is made of a literal text, with the
// variable if there is one, and whether that is an exported class.
func walkErrors(t *testing.T, f func(dir, name string, class bool, text string)) {
	t.Helper()
	root := ".."
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		dir, _ := filepath.Rel(root, filepath.Dir(path))
		dir = filepath.ToSlash(dir)
		switch {
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "examples" || strings.HasPrefix(entry.Name(), ".") && path != root):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			vars, _ := decl.(*ast.GenDecl)
			name := ""
			ast.Inspect(decl, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok && vars != nil {
					name = spec.Names[0].Name
				}
				if text, ok := errorText(n); ok {
					f(dir, name, strings.HasPrefix(name, "Err"), text)
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// errorText returns the literal of a call of errors.New or fmt.Errorf.
func errorText(n ast.Node) (text string, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	pkg, ok := of.X.(*ast.Ident)
	if !ok || pkg.Name+"."+of.Sel.Name != "errors.New" && pkg.Name+"."+of.Sel.Name != "fmt.Errorf" {
		return "", false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}
