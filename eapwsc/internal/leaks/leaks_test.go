package leaks

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// withoutTime are handler options that leave the time out: its digits may be
// those of a secret.
var withoutTime = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

var update = flag.Bool("update", false, "update types_test.go")

const (
	module = "github.com/gowps/gowps"
	root   = "../../.."
)

// pattern is repeated to fill each secret.
const pattern = "Zq7X"

// secretPIN fills each PIN.
var secretPIN = pin.MustParse("71938240")

// shapes are the forms in which a secret may be printed.
var shapes = []string{
	pattern, "71938240", "3731393338323430",
	"5a713758", "5A713758", "5a 71 37 58", "90 113 55 88", "0x5a, 0x71, 0x37, 0x58", "0x5a 0x71 0x37 0x58",
	`\x5a\x71`, "0x5a713758", "0X5A713758", "1011010 1110001", "132 161 67 130",
	base64.StdEncoding.EncodeToString([]byte(pattern + pattern)[:6]),
	"'Z' 'q' '7' 'X'", "U+005A U+0071", "90,113,55,88",
}

// secretTypes are the types whose values are or may contain secrets, in any
// field.
var secretTypes = map[reflect.Type]bool{
	reflect.TypeFor[wps.NetworkKey](): true, reflect.TypeFor[wps.SecretNonce](): true, reflect.TypeFor[wps.Redacted](): true,
}

// onAir are the fields of a secret type that hold data sent in the clear,
// unless they are inside data that is encrypted or written to a token: see
// secretLists.
var onAir = map[string]bool{"wps.Header.Raw": true, "wps.Attribute.Value": true, "wps.VendorExtension.Data": true, "wps.WFAElement.Data": true}

// secretLists are the lists of attributes that are encrypted, or written to a token.
var secretLists = map[reflect.Type]bool{
	reflect.TypeFor[wps.Credential](): true, reflect.TypeFor[wps.M2Settings](): true, reflect.TypeFor[wps.M4Settings](): true,
	reflect.TypeFor[wps.M5Settings](): true, reflect.TypeFor[wps.M6Settings](): true, reflect.TypeFor[wps.M7Settings](): true,
	reflect.TypeFor[wps.M8Settings](): true, reflect.TypeFor[wps.PasswordToken](): true, reflect.TypeFor[wps.ConfigurationToken](): true,
	reflect.TypeFor[wps.HandoverRequest](): true, reflect.TypeFor[wps.HandoverSelect](): true, reflect.TypeFor[wps.OOBPassword](): true,
}

// notSecret are the types whose values are not secret, in any field.
var notSecret = map[reflect.Type]bool{
	reflect.TypeFor[wps.Nonce](): true, reflect.TypeFor[wps.UUID](): true, reflect.TypeFor[wps.PublicKey](): true,
	reflect.TypeFor[wps.MAC](): true, reflect.TypeFor[wps.DeviceType](): true,
}

// TestNoTypePrintsASecret fills a value of each exported type of each package
// with secrets, in all exported and unexported fields that can hold one, and
// searches for them in the output of all formatting verbs, log/slog and JSON.
func TestNoTypePrintsASecret(t *testing.T) {
	octets := classes(t)
	for _, typ := range types {
		if typ.Kind() == reflect.Interface || typ.Kind() == reflect.Func {
			continue // has no fields
		}
		t.Run(strings.TrimPrefix(typ.PkgPath(), module+"/")+"."+typ.Name(), func(t *testing.T) {
			v := reflect.New(typ)
			f := filler{depth: 7, octets: octets}
			f.fill(v.Elem(), "", false)
			if f.planted == 0 {
				return
			}
			value := v.Elem().Interface()
			if holdsLock(typ) {
				value = nil // must not be copied, as go vet reports
			}
			for name, printed := range print(v.Interface(), value) {
				for _, shape := range shapes {
					if at := strings.Index(printed, shape); at >= 0 {
						t.Errorf("%s shows %q: …%s…", name, shape, printed[max(0, at-160):min(len(printed), at+40)])
						break
					}
				}
				if strings.Contains(printed, "PANIC=") {
					t.Errorf("%s panics: %s", name, printed)
				}
			}
		})
	}
}

// holdsLock reports whether values of a type contain a lock.
func holdsLock(typ reflect.Type) bool {
	locker := reflect.TypeFor[sync.Locker]()
	switch typ.Kind() {
	case reflect.Array:
		return holdsLock(typ.Elem())
	case reflect.Struct:
		if reflect.PointerTo(typ).Implements(locker) && !typ.Implements(locker) {
			return true
		}
		for i := range typ.NumField() {
			if holdsLock(typ.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// print formats a pointer and its value in all ways.
func print(pointer, value any) map[string]string {
	all := make(map[string]string)
	type holder struct{ Held, Pointed any }
	for name, v := range map[string]any{"pointer": pointer, "value": value, "slice": []any{pointer}, "struct": holder{value, pointer}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%b", "%c", "%U"} {
			all[verb+" of the "+name] = fmt.Sprintf(verb, v)
		}
		for format, h := range map[string]func(*bytes.Buffer) slog.Handler{
			"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, withoutTime) },
			"slog JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, withoutTime) },
		} {
			var b bytes.Buffer
			slog.New(h(&b)).Info("m", "v", v)
			all[format+" of the "+name] = b.String()
		}
		if text, err := json.Marshal(v); err == nil {
			all["JSON of the "+name] = string(text)
		} else {
			all["error of JSON of the "+name] = err.Error()
		}
	}
	if err, ok := pointer.(error); ok {
		all["the error"] = err.Error()
		all["the wrapped error"] = fmt.Errorf("wrapped: %w", err).Error()
	}
	return all
}

// filler fills values.
type filler struct {
	depth   int
	octets  map[string]string // the class of each field of octets
	hidden  int               // number of enclosing secret lists
	planted int
}

// fill fills a settable value. If secret is set, octets in it are filled with
// the pattern.
func (f *filler) fill(v reflect.Value, field string, secret bool) {
	switch typ := v.Type(); {
	case typ == reflect.TypeFor[pin.PIN]():
		v.Set(reflect.ValueOf(secretPIN))
		f.planted++
		return
	case typ == reflect.TypeFor[registration.Password]():
		v.Set(reflect.ValueOf(registration.OutOfBand(wps.PasswordNFCHandover, []byte(strings.Repeat(pattern, 4)))))
		f.planted++
		return
	case typ == reflect.TypeFor[error]():
		v.Set(reflect.ValueOf(errors.New("an error")))
		return
	case notSecret[typ]:
		return
	case typ.PkgPath() != "" && !strings.HasPrefix(typ.PkgPath(), module):
		return // types of other modules
	}
	if f.depth == 0 {
		return
	}
	f.depth--
	defer func() { f.depth++ }()
	if octets(v.Type()) {
		if secret || secretTypes[v.Type()] && (f.hidden > 0 || !onAir[field]) {
			f.plant(v)
		}
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		s := reflect.MakeSlice(v.Type(), 1, 1)
		f.fill(s.Index(0), field, secret)
		v.Set(s)
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i), field, secret)
		}
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		f.fill(p.Elem(), field, secret)
		v.Set(p)
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(value, field, secret)
		m.SetMapIndex(key, value)
		v.Set(m)
	case reflect.Interface:
		f.implement(v)
	case reflect.Struct:
		if secretLists[v.Type()] {
			f.hidden++
			defer func() { f.hidden-- }()
		}
		for i := range v.NumField() {
			path := fieldPath(v.Type(), i)
			place := v.Field(i)
			if !place.CanSet() {
				place = reflect.NewAt(place.Type(), unsafe.Pointer(place.UnsafeAddr())).Elem()
			}
			f.fill(place, path, f.octets[path] == "secret")
		}
	}
}

// plant writes the pattern into octets.
func (f *filler) plant(v reflect.Value) {
	f.planted++
	n := 32
	if v.Kind() == reflect.Array {
		n = v.Len()
	}
	text := []byte(strings.Repeat(pattern, 1+n/len(pattern))[:n])
	switch v.Kind() {
	case reflect.Array:
		reflect.Copy(v, reflect.ValueOf(text))
	case reflect.Slice:
		v.SetBytes(text)
	case reflect.String:
		v.SetString(string(text))
	}
}

// octets reports whether a type consists of octets or text.
func octets(typ reflect.Type) bool {
	switch typ.Kind() {
	case reflect.String:
		return true
	case reflect.Slice, reflect.Array:
		return typ.Elem().Kind() == reflect.Uint8
	}
	return false
}

// fieldPath returns the name of a field, such as
// "wps/registration.Keys.AuthKey".
func fieldPath(typ reflect.Type, i int) string {
	return strings.TrimPrefix(typ.PkgPath(), module+"/") + "." + typ.Name() + "." + typ.Field(i).Name
}

// octetFields returns the fields of octets or text in all reachable types,
// except those classified by their type.
func octetFields() map[string]bool {
	found, seen := make(map[string]bool), make(map[reflect.Type]bool)
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		if seen[typ] || typ.PkgPath() != "" && !strings.HasPrefix(typ.PkgPath(), module) {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Slice, reflect.Array, reflect.Pointer, reflect.Map:
			visit(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				field := typ.Field(i).Type
				inner := field
				for k := inner.Kind(); !octets(inner) && (k == reflect.Slice || k == reflect.Array || k == reflect.Pointer || k == reflect.Map); k = inner.Kind() {
					inner = inner.Elem()
				}
				if named := inner.PkgPath() != "" && !secretTypes[inner]; octets(inner) && !secretTypes[inner] && !notSecret[inner] && (!named || inner.Kind() != reflect.String) && typ.Name() != "" {
					found[fieldPath(typ, i)] = true
				}
				visit(field)
			}
		}
	}
	for _, typ := range types {
		visit(typ)
	}
	return found
}

// classes reads the class of each field of octets or text: "secret" or "plain".
func classes(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/octets.txt")
	if err != nil && !*update {
		t.Fatal(err)
	}
	class := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) == 2 {
			class[words[1]] = words[0]
		}
	}
	return class
}

// TestOctetsAreClassified checks that each field of octets or text is listed as
// secret or plain in testdata/octets.txt. With -update, new ones are added
// there with a question mark to be replaced.
func TestOctetsAreClassified(t *testing.T) {
	class, fields := classes(t), octetFields()
	if *update {
		var b strings.Builder
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			fmt.Fprintf(&b, "%-6s %s\n", cmp.Or(class[field], "?"), field)
		}
		if err := os.WriteFile("testdata/octets.txt", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for field := range fields {
		if class[field] != "secret" && class[field] != "plain" {
			t.Errorf("%s is called %q: neither secret nor plain", field, class[field])
		}
	}
	for field := range class {
		if !fields[field] {
			t.Errorf("there is no %s any more: go test -update", field)
		}
	}
}

// implement sets an interface to the first type of the module that implements
// it and has fields.
func (f *filler) implement(v reflect.Value) {
	if v.NumMethod() == 0 || !strings.HasPrefix(v.Type().PkgPath(), module) {
		return
	}
	for _, typ := range types {
		if typ.Kind() == reflect.Struct && reflect.PointerTo(typ).Implements(v.Type()) {
			p := reflect.New(typ)
			f.fill(p.Elem(), "", false)
			v.Set(p)
			return
		}
	}
}

// TestTypesAreListed compares the list of types with the source of all packages.
func TestTypesAreListed(t *testing.T) {
	text := listTypes(t)
	const file = "types_test.go"
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	listed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.ReplaceAll(string(listed), "\r\n", "\n"), text); diff != "" {
		t.Errorf("run go test ./eapwsc/internal/leaks -update (-listed +in the source):\n%s", diff)
	}
}

// listTypes returns the source of the list of all exported types.
func listTypes(t *testing.T) string {
	t.Helper()
	found := make(map[string][]string) // names of types by package
	err := filepath.WalkDir(root, func(file string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, file)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel == "examples" || rel != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "internal" || d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") || path.Dir(rel) == "." {
			return nil
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil || source.Name.Name == "main" || onlyLinux(rel, source) {
			return err
		}
		for _, decl := range source.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, spec := range g.Specs {
				if s := spec.(*ast.TypeSpec); s.Name.IsExported() && s.TypeParams == nil && !s.Assign.IsValid() {
					found[path.Dir(rel)] = append(found[path.Dir(rel)], s.Name.Name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("package leaks\n\n// Written by go test -update: do not edit.\n\nimport (\n\t\"reflect\"\n\n")
	packages := slices.Sorted(maps.Keys(found))
	for _, p := range packages {
		fmt.Fprintf(&b, "\t%s %q\n", alias(p), module+"/"+p)
	}
	b.WriteString(")\n\n// types are the exported types of all packages.\nvar types = []reflect.Type{\n")
	for _, p := range packages {
		names := found[p]
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			fmt.Fprintf(&b, "\treflect.TypeFor[%s.%s](),\n", alias(p), name)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// onlyLinux reports whether a file is not built everywhere.
func onlyLinux(name string, source *ast.File) bool {
	if strings.HasSuffix(name, "_linux.go") {
		return true
	}
	for _, c := range source.Comments {
		if c.Pos() < source.Package && strings.Contains(c.List[0].Text, "go:build") {
			return true
		}
	}
	return false
}

func alias(p string) string { return strings.ReplaceAll(p, "/", "_") }
