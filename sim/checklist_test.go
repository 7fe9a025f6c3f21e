package sim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The checklists compare the reference implementation with this module.
//
// testdata/checklists/hostap-tests.tsv has a row for each test function of
// hostap's radio suite that concerns WPS: its name, what it checks, and
// "tested", or "out of scope" or "not done" with a sentence that gives the
// reason. A test of ours names the corresponding ones in a comment:
//
//	// hostap: test_ap_wps_conf test_ap_wps_conf_pin
//
// testdata/checklists/control.tsv has a row for each command, option, event and
// program of hostapd and wpa_supplicant: where, kind, name, whether we have it,
// what it is called here, and its test as PACKAGE.Test, or a sentence.

// sources are the tests of the repository.
type sources struct {
	tests map[string]bool     // such as eapwsc/ap.TestPolicy
	named map[string][]string // our tests by the test of hostap that they name
}

var (
	hostapName = regexp.MustCompile(`\btest_\w+`)
	ownTest    = regexp.MustCompile(`\b[a-z][\w/]*\.(?:Test|Example|Fuzz)\w*`)
)

// readSources parses every test of the repository.
func readSources(t *testing.T) *sources {
	t.Helper()
	s := &sources{make(map[string]bool), make(map[string][]string)}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		return s.read(name)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *sources) read(name string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, filepath.Join("..", filepath.FromSlash(name)), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && ownTest.MatchString("p."+f.Name.Name) {
			s.tests[path.Dir(name)+"."+f.Name.Name] = true
		}
	}
	for _, group := range file.Comments {
		for paragraph := range strings.SplitSeq(group.Text(), "\n\n") {
			if _, names, ok := strings.Cut(paragraph, "hostap: "); ok {
				for _, n := range hostapName.FindAllString(names, -1) {
					s.named[n] = append(s.named[n], files.Position(group.Pos()).String())
				}
			}
		}
	}
	return nil
}

// rows reads a checklist.
func rows(t *testing.T, name string, columns int) (all [][]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "checklists", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(strings.ReplaceAll(string(b), "\r\n", "\n")) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != columns {
			t.Fatalf("%s: %d columns instead of %d: %q", name, len(row), columns, row)
		}
		all = append(all, row)
	}
	return all[1:]
}

// isSentence reports whether a text looks like a sentence.
func isSentence(text string) bool {
	return strings.HasSuffix(text, ".") && strings.Count(text, " ") > 3
}

// TestHostapTests compares the list of hostap's tests with the comments of
// ours.
func TestHostapTests(t *testing.T) {
	s := readSources(t)
	listed := make(map[string]bool)
	for _, row := range rows(t, "hostap-tests.tsv", 4) {
		name, state, why := row[0], row[2], row[3]
		if listed[name] {
			t.Errorf("%s is listed twice", name)
		}
		listed[name] = true
		switch named := s.named[name]; state {
		case "tested":
			if len(named) == 0 || why != "" {
				t.Errorf("%s: no test names it, or there is a reason why not: %q", name, why)
			}
		case "out of scope", "not done":
			if len(named) > 0 || !isSentence(why) {
				t.Errorf("%s is %s, because %q, and named by %v", name, state, why, named)
			}
		default:
			t.Errorf("%s: state %q", name, state)
		}
	}
	for name, where := range s.named {
		if !listed[name] {
			t.Errorf("%v: hostap has no test %s", where, name)
		}
	}
}

// TestHostapControl compares the list of hostap's commands, options and events
// with our tests.
func TestHostapControl(t *testing.T) {
	s := readSources(t)
	for _, row := range rows(t, "control.tsv", 6) {
		name, have, tests := row[2], row[3], row[5]
		if !slices.Contains([]string{"yes", "partly", "no", "out of scope"}, have) {
			t.Errorf("%s: %q", name, have)
		}
		named := ownTest.FindAllString(tests, -1)
		for _, test := range named {
			if !s.tests[test] {
				t.Errorf("%s: there is no test %s", name, test)
			}
		}
		if len(named) == 0 && !isSentence(tests) || len(named) == 0 && have == "yes" {
			t.Errorf("%s: neither a test nor a sentence: %q", name, tests)
		}
		if have == "no" && len(named) > 0 {
			t.Errorf("%s: we do not have it, and yet it is tested by %v", name, named)
		}
	}
}
