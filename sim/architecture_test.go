package sim_test

import (
	"bufio"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gowps/gowps/"

// pure lists the packages that need the standard library only.
var pure = []string{"pin", "eapwsc/eap"}

// embedded lists the packages that firmware embeds, and heavy the modules that
// they must not import.
var (
	embedded = []string{"pin", "wps", "wps/registration", "wps/validate", "wps/doctor", "wps/nfc", "wps/upnp", "eapwsc", "eapwsc/eap", "eapwsc/ap", "eapwsc/external", "eapwsc/selection", "sim", "sim/campaign", "sim/pintest"}
	heavy    = []string{"github.com/google/gopacket", "github.com/mdlayher/", "github.com/schollz/", "github.com/spf13/", "net/http"}
)

// graph maps packages to the packages they import.
type graph map[string][]string

// TestArchitecture compares the real imports with the picture in
// .github/ARCHITECTURE.md, and checks the rules beside it.
func TestArchitecture(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("WPS_PEERS") == "required" {
			t.Fatal("WPS_PEERS=required, but the go command is not here:", err)
		}
		t.Skip("the go command is not here to list imports:", err)
	}
	real, drawn := realGraph(t), drawnGraph(t)
	for _, p := range slices.Sorted(maps.Keys(real)) {
		want := real.reduced(p)
		got := drawn[p]
		for _, q := range want {
			if !slices.Contains(got, q) {
				t.Errorf("%s imports %s, which ARCHITECTURE.md does not show", p, q)
			}
		}
		for _, q := range got {
			if !slices.Contains(want, q) {
				t.Errorf("ARCHITECTURE.md has %s import %s, which is not so, or follows from others", p, q)
			}
		}
		delete(drawn, p)
	}
	for p := range drawn {
		t.Errorf("ARCHITECTURE.md draws %s, which is no package", p)
	}
	all := deps(t)
	for _, p := range embedded {
		if len(all[p]) == 0 {
			t.Errorf("go list has no imports of %s", p)
		}
		for _, dep := range all[p] {
			for _, h := range heavy {
				if strings.HasPrefix(dep, h) {
					t.Errorf("%s reaches %s", p, dep)
				}
			}
			if first, _, _ := strings.Cut(dep, "/"); slices.Contains(pure, p) && strings.Contains(first, ".") {
				t.Errorf("%s imports %s, and is to need the standard library only", p, dep)
			}
		}
	}
}

// realGraph returns the imports among the packages of the module. Internal
// packages count as part of the package they belong to.
func realGraph(t *testing.T) graph {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"pin/...", module+"wps/...", module+"eapwsc/...", module+"sim/...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	g := graph{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		p := strings.TrimPrefix(f[0], module)
		if strings.Contains(p, "/internal/") {
			continue
		}
		g[p] = nil
		for _, q := range f[1:] {
			if own, ok := strings.CutPrefix(q, module); ok && !strings.Contains(own, "/internal/") {
				g[p] = append(g[p], own)
			}
		}
	}
	return g
}

// reduced returns the imports of a package that do not follow from its others.
func (g graph) reduced(p string) []string {
	return slices.DeleteFunc(slices.Clone(g[p]), func(q string) bool {
		return slices.ContainsFunc(g[p], func(r string) bool { return r != q && g.reaches(r, q) })
	})
}

func (g graph) reaches(p, q string) bool {
	return p == q || slices.ContainsFunc(g[p], func(r string) bool { return g.reaches(r, q) })
}

// drawnGraph parses the picture.
func drawnGraph(t *testing.T) graph {
	t.Helper()
	f, err := os.Open("../.github/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	arrow := regexp.MustCompile(`^ +(\S+) --> (\S+)$`)
	g := graph{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m := arrow.FindStringSubmatch(lines.Text()); m != nil {
			g[m[1]] = append(g[m[1]], m[2])
		}
	}
	if len(g) == 0 {
		t.Fatal("there is no picture in ARCHITECTURE.md")
	}
	return g
}

// deps returns all packages that each embedded package imports, directly or not.
func deps(t *testing.T) graph {
	t.Helper()
	args := []string{"list", "-f", `{{.ImportPath}} {{join .Deps " "}}`}
	for _, p := range embedded {
		args = append(args, module+p)
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	all := graph{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		// Packages that the standard library vendors look like modules.
		all[strings.TrimPrefix(f[0], module)] = slices.DeleteFunc(f[1:], func(dep string) bool { return strings.HasPrefix(dep, "vendor/") })
	}
	return all
}
