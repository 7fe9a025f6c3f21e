package doctor

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// textRule is a rule for the texts about every attempt.
type textRule struct {
	name  string
	holds func(a *Attempt) bool   // the attempts to which the rule applies
	never *regexp.Regexp          // must not match
	of    func(*Diagnosis) string // the text to check; nil is everything that an owner reads
}

// owners returns everything that an owner reads.
func owners(d *Diagnosis) string {
	texts := append([]string{d.Verdict}, d.Remedy...)
	for _, h := range d.Hints {
		texts = append(texts, h.Text)
	}
	return strings.Join(append(texts, d.Together...), "\n")
}

var textRules = []textRule{
	{"no placeholder", func(*Attempt) bool { return true }, regexp.MustCompile(`[{}]`), func(d *Diagnosis) string { return owners(d) + d.Engineer }},
	{"no empty words", func(*Attempt) bool { return true }, regexp.MustCompile(`  |\(\)|“”|%!|: \.| ,|\n\n|^\s*$`), func(d *Diagnosis) string { return owners(d) + "\n" + d.Engineer }},
	{"an external registrar has no push button, and types the router's PIN", func(a *Attempt) bool { return a.APEnrollee },
		regexp.MustCompile(`(?i)press the (wps )?button of|starts? WPS by button at the (computer|device)|PIN that the (computer|device|printer) shows|PIN of the (computer|printer)|on the WPS page of the router`), nil},
	{"an external registrar is no device that is set up", func(a *Attempt) bool { return a.APEnrollee },
		regexp.MustCompile(`(?i)choose the network at the computer and type`), nil},
	{"a station types no router's PIN", func(a *Attempt) bool { return !a.APEnrollee },
		regexp.MustCompile(`(?i)type(d)? at the computer|the router's own PIN from the label`), nil},
	{"no distance on a wire", func(a *Attempt) bool { return a.Wired && a.ConfigError != wps.SignalTooWeak },
		regexp.MustCompile(`(?i)metres|nearer|too far|signal|microwave`), nil},
	{"who leaves is named", func(a *Attempt) bool {
		return a.End == EndDisconnect && a.DetectedBy != 0 && a.DetectedBy != a.apRole() && a.Reached < StageM8 && a.Reached > StageNone && a.Status == 0 && a.Silence < giveUp && a.Repeats < retransmits && !a.Partial
	}, regexp.MustCompile(`(?i)the router[^.]* (broke off|hangs|did not let|said nothing)`), func(d *Diagnosis) string { return d.Verdict }},
	{"a button has no PIN that is wrong", func(a *Attempt) bool { return a.Method == PushButton && a.Answered != PIN && !a.APEnrollee },
		regexp.MustCompile(`(?i)the PIN was (wrong|nearly right)`), nil},
}

// TestTexts checks the texts about every possible attempt against the rules.
func TestTexts(t *testing.T) {
	seen := map[string]bool{}
	n := 0
	for stage := StageNone; stage <= StageDone; stage++ {
		for end := EndOpen; end <= EndRestarted; end++ {
			for _, ce := range []wps.ConfigError{0, 2, 3, 5, 12, 13, 14, 15, 16, 18, 20} {
				if ce != 0 && end != EndNACK && end != EndM2D {
					continue
				}
				for shape := range 2 * 3 * 4 * 2 * 2 {
					a := &Attempt{
						Began: noon, Ended: noon.Add(time.Second), Station: station, AP: ap, Reached: stage, End: end, ConfigError: ce,
						APEnrollee: shape%2 == 1, DetectedBy: registration.Role(shape / 2 % 3), Method: Method(shape / 6 % 4), Wired: shape/24%2 == 1,
					}
					if shape/48%2 == 1 {
						a.Silence, a.Repeats, a.Retransmissions, a.M2Lost, a.DisconnectReason = 20*time.Second, 3, 4, true, 3
					}
					n++
					d := Diagnose(&Evidence{Attempts: []*Attempt{a}})
					holds := ""
					for i := range textRules {
						holds += fmt.Sprint(textRules[i].holds(a))
					}
					if key := holds + owners(&d) + d.Engineer; seen[key] {
						continue
					} else {
						seen[key] = true
					}
					for _, rule := range textRules {
						of := rule.of
						if of == nil {
							of = owners
						}
						m := rule.never.FindString(of(&d))
						if m == "" || !rule.holds(a) {
							continue
						}
						if key := rule.name + d.Code + m; !seen[key] {
							seen[key] = true
							t.Errorf("%s: %q in %s %s, %v %v error %d by %v, %v, router %t, wired %t:\n%s", rule.name, m, d.Code, d.Cause, stage, end, ce, a.DetectedBy, a.Method, a.APEnrollee, a.Wired, of(&d))
						}
					}
					for _, step := range d.Remedy {
						if strings.TrimSpace(step) == "" || !strings.HasSuffix(step, ".") {
							t.Errorf("step %q of %s", step, fmt.Sprint(d.Code, d.Cause))
						}
					}
				}
			}
		}
	}
	if n < 15000 {
		t.Errorf("only %d attempts", n)
	}
}
