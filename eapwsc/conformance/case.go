package conformance

import (
	"fmt"
	"strings"
)

// Level is the severity of a case.
type Level uint8

// The levels.
const (
	Must       Level = iota + 1 // required by the protocol or its security
	Should                      // deployed peers rely on it
	May                         // recommended
	Robustness                  // a wrong input: the device must survive and stay usable
)

var levels = [...]string{Must: "must", Should: "should", May: "may", Robustness: "robustness"}

// String returns the level in a word.
func (l Level) String() string { return word("Level", levels[:], uint8(l)) }

// ParseLevel returns the level with a name.
func ParseLevel(s string) (Level, error) {
	for l, name := range levels {
		if name != "" && name == s {
			return Level(l), nil
		}
	}
	return 0, fmt.Errorf("conformance: level %q is not one of must, should, may, robustness", s)
}

// Role is the role of the device under test in a case.
type Role uint8

// The roles.
const (
	APRegistrar Role = iota + 1 // an access point that registers stations
	APEnrollee                  // an access point that an external registrar reads or configures
	Station                     // a station that wants to be registered
	Registrar                   // an external registrar
	Agent                       // an agent of IEEE 1905.1, as in EasyMesh
	Controller                  // a controller of IEEE 1905.1
)

var roles = [...]string{
	APRegistrar: "access point as registrar", APEnrollee: "access point as enrollee",
	Station: "station as enrollee", Registrar: "external registrar",
	Agent: "IEEE 1905.1 agent", Controller: "IEEE 1905.1 controller",
}

// String returns the role in words.
func (r Role) String() string { return word("Role", roles[:], uint8(r)) }

// Need is a set of requirements of a case for the operator or the link.
//
// Its values are [NeedEnterPIN], [NeedButton], [NeedCancel], [NeedOwnPIN],
// [NeedUnlock], [NeedRestart], [NeedBeacon], [NeedProbe], [NeedTime],
// [NeedStart], [NeedAssociation], [NeedRequests], [NeedEAP] and [NeedStations].
type Need uint16

// The needs.
const (
	NeedEnterPIN    Need = 1 << iota // a device's PIN can be entered
	NeedButton                       // the button can be pressed
	NeedCancel                       // waiting can be cancelled
	NeedOwnPIN                       // the device's own PIN is known
	NeedUnlock                       // a locked PIN can be unlocked
	NeedRestart                      // the device can be restarted
	NeedBeacon                       // its elements can be read
	NeedProbe                        // it receives probe requests
	NeedTime                         // the case takes more than a minute of the device's time
	NeedStart                        // a station can restart in the middle, by EAPOL-Start
	NeedAssociation                  // the elements of its association responses can be read
	NeedRequests                     // the elements of a station's requests can be read
	NeedEAP                          // the messages are carried in EAP packets
	NeedStations                     // several stations or registrars can be in an exchange at once
	needEnd
)

var needs = []string{"enter PIN", "button", "cancel", "own PIN", "unlock", "restart", "elements", "probe requests", "time", "EAPOL-Start", "association responses", "elements of requests", "EAP", "several stations at once"}

// String lists the needs, joined by commas.
func (n Need) String() string {
	var out []string
	for i, name := range needs {
		if n&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// Case is one requirement for a device.
type Case struct {
	ID     string // stable, such as AP-REG-M3-05
	Title  string
	Proves string // what a pass proves, in one sentence
	Origin string // the clause or the implementation that is the source of the rule
	Level  Level
	Role   Role
	Needs  Need

	rows []row
}

// Inputs returns the names of the inputs that the case tries in order. The only
// input of a case has no name.
func (c *Case) Inputs() []string {
	var names []string
	for _, r := range c.rows {
		if r.name != "" {
			names = append(names, r.name)
		}
	}
	return names
}

// Steps returns the steps for each input, one per line.
func (c *Case) Steps() []string {
	var lines []string
	for _, r := range c.rows {
		if r.name != "" {
			lines = append(lines, r.name+":")
		}
		for _, s := range r.steps {
			lines = append(lines, "  "+s.String())
		}
	}
	return lines
}

// row is one input of a case.
type row struct {
	name  string
	steps []step
}

// Cases returns all cases, in the order of their ids.
func Cases() []*Case { return casesOf(0) }

// casesOf returns the cases of a role, or all if it is 0.
func casesOf(role Role) []*Case {
	var all []*Case
	for _, f := range families {
		if role != 0 && f.role != 0 && f.role != role {
			continue // a table is some hundred kilobytes
		}
		for _, c := range f.cases() {
			if role == 0 || c.Role == role {
				all = append(all, c)
			}
		}
	}
	return all
}

// families are the tables of cases, with their role; 0 is several.
var families = []struct {
	role  Role
	cases func() []*Case
}{
	{APRegistrar, apRegistrarCases}, {APRegistrar, apRegistrarMessages},
	{APEnrollee, apEnrolleeCases}, {APEnrollee, apEnrolleeMessages},
	{Station, stationCases}, {Station, stationMessages},
	{Registrar, registrarCases}, {Registrar, registrarMessages},
	{0, habitCases},
	{0, meshCases},
}

// word returns a name of a table, or typ(v).
func word(typ string, names []string, v uint8) string {
	if int(v) < len(names) && names[v] != "" {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", typ, v)
}
