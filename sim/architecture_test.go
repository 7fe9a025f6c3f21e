package sim_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gowps/gowps"

// core are the packages that a firmware tool imports, lowest first, with what
// each may import of this module.
var core = []struct {
	name string
	may  []string
}{
	{"pin", nil},
	{"wps", nil},
	{"wps/nfc", []string{"wps"}},
	{"wps/registration", []string{"pin", "wps"}},
	{"wps/validate", []string{"pin", "wps", "wps/registration", "eapwsc/eap", "eapwsc/dot11"}},
	{"wps/doctor", []string{"pin", "wps", "wps/registration", "wps/validate", "eapwsc/eap", "eapwsc/dot11"}},
	{"eapwsc/eap", nil},
	{"eapwsc", []string{"pin", "wps", "wps/registration", "eapwsc/eap"}},
	{"eapwsc/ap", []string{"pin", "wps", "wps/registration", "eapwsc/eap", "eapwsc"}},
	{"eapwsc/selection", []string{"pin", "wps", "wps/registration"}},
	{"eapwsc/eapol", []string{"pin", "wps", "wps/registration", "eapwsc/eap", "eapwsc", "eapwsc/ap"}},
	{"eapwsc/radius", []string{"pin", "wps", "wps/registration", "eapwsc/eap", "eapwsc"}},
	{"eapwsc/dot11", []string{"pin", "wps"}},
	{"sim", []string{"pin", "wps", "wps/registration", "wps/validate", "wps/doctor", "eapwsc", "eapwsc/eap", "eapwsc/ap", "eapwsc/selection", "eapwsc/dot11", "eapwsc/eapol"}},
	{"sim/campaign", []string{"pin", "wps", "wps/registration", "wps/validate", "wps/doctor", "eapwsc", "eapwsc/eap", "eapwsc/ap", "eapwsc/selection", "eapwsc/dot11", "eapwsc/eapol", "sim"}},
	{"sim/pintest", []string{"pin", "wps", "wps/registration", "wps/validate", "wps/doctor", "eapwsc", "eapwsc/eap", "eapwsc/ap", "eapwsc/selection", "eapwsc/dot11", "eapwsc/eapol", "sim"}},
}

// heavy are the modules that must not come along with the core.
var heavy = []string{"github.com/google/gopacket", "github.com/mdlayher/", "github.com/schollz/"}

// TestArchitecture holds the real import graph against the design: imports go one
// way, the core carries no capture or radio library, and pin is std only.
func TestArchitecture(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not here to list imports:", err)
	}
	for _, p := range core {
		for _, dep := range deps(t, module+"/"+p.name) {
			own, isOwn := strings.CutPrefix(dep, module+"/")
			own, _, _ = strings.Cut(own, "/internal/") // it goes with the package that it belongs to
			switch {
			case isOwn && own != p.name && !slices.Contains(p.may, own):
				t.Errorf("%s imports %s", p.name, own)
			case isOwn:
			case (p.name == "pin" || p.name == "eapwsc/eap") && strings.Contains(strings.SplitN(dep, "/", 2)[0], "."):
				t.Errorf("%s imports %s, and is to be std only", p.name, dep)
			default:
				for _, h := range heavy {
					if strings.HasPrefix(dep, h) {
						t.Errorf("%s reaches %s", p.name, dep)
					}
				}
			}
		}
	}
}

// deps returns all packages that a package imports, directly or not.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", pkg).CombinedOutput()
	if err != nil {
		t.Fatalf("go list -deps %s: %v\n%s", pkg, err, out)
	}
	// Packages that the standard library vendors look like modules.
	var all []string
	for _, dep := range strings.Fields(string(out)) {
		if !strings.HasPrefix(dep, "vendor/") {
			all = append(all, dep)
		}
	}
	return all
}
