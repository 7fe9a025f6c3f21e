package sim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shared are the names of exported types that several packages have, with the
// one idea behind each.
var shared = map[string]string{
	// Words of Go, with the meaning that they have in its library.
	"Config": "how the main type of the package is configured",
	"Conn":   "a connection, like net.Conn",
	"Error":  "an error with its place",
	"Reader": "reads one item after the other",
	"Writer": "writes one item after the other",
	"Server": "answers requests",

	// Words that every protocol has.
	"Attribute": "an item of a list with a type and a value: of WPS, of RADIUS",
	"Code":      "the first octet of a packet: of EAP, of RADIUS",
	"Datagram":  "a UDP datagram that a machine sends",
	"Frame":     "what a link layer carries: EAPOL, 802.11",
	"Header":    "what precedes the content",
	"Message":   "a message of a protocol",
	"Packet":    "a packet of a protocol, or of a capture",
	"Session":   "the exchange with one station",
	"Type":      "the number that says what a packet, frame or attribute is",

	// Words of 802.11 and WPS.
	"AccessPoint": "an access point with its rules; upnp has the interface that it needs",
	"Agent":       "an agent of IEEE 1905.1; registration has its machine",
	"BSS":         "the settings of a network that an access point serves",
	"Device":      "a device that takes part; in upnp the UPnP device",
	"Enrollee":    "the role; registration has its machine",
	"KeyPair":     "a Diffie-Hellman key pair",
	"Network":     "a network as it is seen from outside",
	"Radio":       "the radio of a device",
	"Registrar":   "the role: inside EAP, or outside over UPnP",
	"Role":        "the role of a device; conformance distinguishes more than the protocol does",
	"Run":         "a run of the Registration Protocol; upnp has the interface that it needs",
	"Security":    "how a network is protected",
	"Settings":    "the settings of a network",
	"Station":     "a station in the meaning of 802.11",

	"RegistrarConfig": "how a Registrar is configured",

	// Words of this module.
	"Choice":    "the access points to try, in order, and why",
	"Diagnosis": "what went wrong in an exchange; conformance adds the findings",
	"Endpoint":  "one side of EAP-WSC",
	"Event":     "what happened; a package reports its own kinds",
	"EventKind": "the kind of an Event",
	"Fault":     "what is wrong: on a link, in a message, with an action (the word of SOAP)",
	"Finding":   "a violation of a rule of package validate; report shows it",
	"Link":      "carries packets between two devices",
	"Machine":   "is fed with messages and returns what to send",
	"Note":      "a remark beside the frames of a capture, or of a world",
	"Port":      "a device's access to what connects it with others",
	"Reason":    "why a PIN is suggested, or an access point is tried",
	"Report":    "the result of many cases, worlds or plays",
	"Result":    "what a run or a case gave",
	"Rule":      "what must hold: in a list, an exchange, a world",
	"Segment":   "a network in memory",
	"State":     "the state of WPS at an access point: as it advertises it, and in more detail",
	"Status":    "what a device shows its owner",
	"Verdict":   "a judgment: of a case, a candidate, an exchange",
	"Violation": "a rule that does not hold",
}

// TestVocabulary checks that a word has one meaning: the name of an exported
// type is in one package only, or in the table of the shared ones.
func TestVocabulary(t *testing.T) {
	packages := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "examples" || strings.HasPrefix(entry.Name(), ".") && path != ".."):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		in := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		for _, decl := range file.Decls {
			d, ok := decl.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				continue
			}
			for _, spec := range d.Specs {
				name := spec.(*ast.TypeSpec).Name.Name
				if ast.IsExported(name) && !slices.Contains(packages[name], in) {
					packages[name] = append(packages[name], in)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range packages {
		if len(in) > 1 && shared[name] == "" {
			t.Errorf("%s is a type of %s: name one idea for all in the table, or rename those that differ", name, strings.Join(in, ", "))
		}
	}
	for name := range shared {
		if len(packages[name]) < 2 {
			t.Errorf("the table has %s, which is not a type of several packages", name)
		}
	}
}
