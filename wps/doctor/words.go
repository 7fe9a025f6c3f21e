package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/registration"
)

// short has plain words for the placeholders of steps, since the verdict has
// already given the names.
var short = map[string]func(*view) string{
	"device": func(v *view) string { return "the " + v.deviceNoun() },
	"router": func(*view) string { return "the router" },
}

// step replaces the placeholders of a step by plain words.
func (v *view) step(text string) string { return v.replace(text, short) }

// fill replaces the placeholders of a text by names.
func (v *view) fill(text string) string { return v.replace(text, nil) }

// replace replaces placeholders by words, from first if it has them, else from
// placeholders.
func (v *view) replace(text string, first map[string]func(*view) string) string {
	if strings.IndexByte(text, '{') < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/2)
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := open + strings.IndexByte(text[open:], '}')
		name := text[open+1 : end]
		b.WriteString(text[:open])
		key := strings.ToLower(name)
		say, ok := first[key]
		if !ok {
			say = placeholders[key]
		}
		word := say(v)
		if unicode.IsUpper(rune(name[0])) {
			word = capitalised(word)
		}
		b.WriteString(word)
		text = text[end+1:]
	}
}

// placeholders are the names that texts may use, in small letters. A
// placeholder that begins with a capital letter gives a text that does.
var placeholders = map[string]func(*view) string{
	"device":   (*view).deviceName,
	"router":   (*view).routerName,
	"who":      (*view).whoStopped,
	"station":  func(v *view) string { return v.attempt.stationAddress() },
	"by":       func(v *view) string { return roleWord(v.attempt.DetectedBy) },
	"reached":  func(v *view) string { return v.attempt.Reached.String() },
	"end":      func(v *view) string { return v.attempt.End.String() },
	"error":    func(v *view) string { return fmt.Sprintf("%d (%v)", v.attempt.ConfigError, v.attempt.ConfigError) },
	"signal":   func(v *view) string { return strconv.Itoa(v.net.Signal) },
	"repeats":  func(v *view) string { return plural(v.attempt.Retransmissions, "message was", "messages were") },
	"wrong":    func(v *view) string { return strconv.Itoa(v.wrongPINs()) },
	"status":   (*view).statusWords,
	"reason":   (*view).reasonWords,
	"settings": (*view).settingsWords,
	"unusable": (*view).unusableWords,
	"pressed":  func(v *view) string { return networkWords(v.routersPressed()) },
	"radios":   func(v *view) string { return networkWords(v.radiosPressed()) },
	"pressing": (*view).pressingWords,
	"why":      (*view).whyNoWPS,
	"before":   (*view).beforeWords,
	"damage":   (*view).damageWords,
	"also":     (*view).alsoWaiting,

	"unfindable": (*view).notFindable,
	"direct":     (*view).directDevices,
	"m2lost":     (*view).m2LostWords,
	"left":       (*view).leftWords,
	"whorole":    (*view).whoRole,
	"earlywhy":   (*view).earlyReason,

	"nonetogive": (*view).noSettingsReason,
}

// capitalised makes the first letter of a text a capital.
func capitalised(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// nouns are the common names of devices, by the category of their type.
var nouns = map[uint16]string{
	1: "computer", 2: "input device", 3: "printer", 4: "camera", 5: "storage", 6: "access point", 7: "screen",
	8: "player", 9: "game console", 10: "phone", 11: "loudspeaker", 12: "dock",
}

// deviceNoun returns the common name of the station.
func (v *view) deviceNoun() string {
	switch {
	case v.attempt != nil && v.apIsEnrollee():
		return "computer"
	case v.attempt != nil:
		t := v.attempt.Enrollee.PrimaryDeviceType
		if category, _ := t.Names(); category != "" && nouns[t.Category()] != "" {
			return nouns[t.Category()]
		}
	}
	return "device"
}

// deviceName names the station.
func (v *view) deviceName() string {
	switch {
	case v.attempt == nil:
		return "the device"
	case v.apIsEnrollee():
		return "the computer or app"
	}
	return "the " + v.deviceNoun() + given(&v.attempt.Enrollee)
}

// given returns the name of a device with a space before it, or "".
func given(d *wps.Device) string {
	for _, name := range []string{d.DeviceName, d.ModelName} {
		if strings.TrimSpace(name) != "" {
			return " " + Quote(name)
		}
	}
	return ""
}

// routerName names the access point by its network, since its owner knows that
// name.
func (v *view) routerName() string {
	if n := v.net; n != nil && n.SSID != "" {
		if v.attempt == nil && v.sameNameCount(n) > 1 {
			return "the router of " + Quote(string(n.SSID)) + n.addressWords(" (%v)")
		}
		return "the router of " + Quote(string(n.SSID))
	}
	if v.attempt != nil {
		d := &v.attempt.Registrar
		if v.apIsEnrollee() {
			d = &v.attempt.Enrollee
		}
		return "the router" + given(d)
	}
	return "the router"
}

// subject returns the network that a verdict without an attempt is about: of
// those selected by about, one that waits for a button, else one that waits for
// something else, else one whose PIN is locked, else the only one by name; nil
// if there are several. Among equal ones it is the one with the strongest
// signal.
func (v *view) subject(about func(*Network) bool) *Network {
	if about == nil {
		about = func(*Network) bool { return true }
	}
	locks := func(n *Network) bool { return n.current() != nil && locked(n.current()) }
	for _, such := range []func(*Network) bool{
		func(n *Network) bool { return n.waited(PushButton) },
		func(n *Network) bool { return n.waited(PIN, OutOfBand) },
		locks,
	} {
		if n := v.nearest(func(n *Network) bool { return about(n) && such(n) }); n != nil {
			return n
		}
	}
	for _, such := range []func(*Network) bool{
		func(n *Network) bool { return n.current() != nil },
		func(*Network) bool { return true },
	} {
		n := v.nearest(func(n *Network) bool { return about(n) && such(n) })
		if n == nil {
			continue
		}
		for i := range v.Networks {
			if o := &v.Networks[i]; about(o) && such(o) && o.SSID != n.SSID {
				return nil
			}
		}
		return n
	}
	return nil
}

// nearest returns the network with the strongest signal that satisfies such, or
// nil.
func (v *view) nearest(such func(*Network) bool) (nearest *Network) {
	for i := range v.Networks {
		n := &v.Networks[i]
		if such(n) && (nearest == nil || n.Signal != 0 && n.Signal > nearest.Signal) {
			nearest = n
		}
	}
	return nearest
}

// sameNameCount counts the networks with the name of n, where those of one device
// count once.
func (v *view) sameNameCount(n *Network) (count int) {
	for i := range v.Networks {
		if o := &v.Networks[i]; o.SSID == n.SSID && (o == n || o.uuid() != n.uuid()) {
			count++
		}
	}
	return count
}

// Quote puts quotation marks around a name that a device chose, and escapes
// everything that could control a terminal.
func Quote(name string) string {
	if name != "" && strings.Trim(name, " ") == "" {
		return printable.Name(name, "“", "”")
	}
	quoted := strconv.Quote(name)
	return "“" + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + "”"
}

// whoStopped names the side that ended the attempt.
func (v *view) whoStopped() string {
	switch {
	case v.attempt.DetectedBy == 0:
		return "one of the two"
	case v.attempt.DetectedBy == v.apRole():
		return v.routerName()
	}
	return v.deviceName()
}

func roleWord(r registration.Role) string {
	if r == 0 {
		return "one of the two"
	}
	return r.String()
}

// wrongPINs counts the attempts with a wrong PIN, including this one.
func (v *view) wrongPINs() int {
	n := v.count(enteredWrongPIN)
	if v.attempt.wrongPIN() {
		n++
	}
	return n
}

func (v *view) statusWords() string {
	for _, status := range []uint16{v.attempt.Status, v.attempt.After.Status, v.attempt.After.SAEStatus} {
		if status != 0 {
			return fmt.Sprintf(" with status %d", status)
		}
	}
	return ""
}

func (v *view) reasonWords() string {
	if v.attempt.After.Reason == 0 {
		return ""
	}
	return fmt.Sprintf(", then a disconnection with reason %d (%v)", v.attempt.After.Reason, dot11.ReasonCode(v.attempt.After.Reason))
}

// settingsWords describes the first of the settings, without its key.
func (v *view) settingsWords() string {
	s := &v.attempt.Settings[0]
	return fmt.Sprintf("SSID %s, %v, %v, a key of %s: %v.", Quote(string(s.SSID)), s.Auth, s.Encr, plural(s.KeyLength, "octet", "octets"), s.Err)
}

// whyUnusable explains to an owner why settings cannot be used.
var whyUnusable = []struct {
	err  error
	text string
}{
	{wps.ErrNoSSID, "they name no network"},
	{wps.ErrWEP, "the network uses WEP, an old encryption that is no longer allowed"},
	{wps.ErrTKIP, "the network uses TKIP only, an old encryption that is no longer allowed"},
	{wps.ErrNetworkKey, "the Wi-Fi password is too short, too long, or has characters that are not allowed"},
	{wps.ErrAuthType, "the network requires a user name, not a password"},
}

func (v *view) unusableWords() string {
	for _, row := range whyUnusable {
		if errors.Is(v.attempt.Settings[0].Err, row.err) {
			return row.text
		}
	}
	return "they are incomplete"
}

func networkWords(networks []*Network) string {
	var names []string
	for _, n := range networks {
		names = append(names, Quote(string(n.SSID))+n.addressWords(", %v"))
	}
	return strings.Join(names, "; ")
}

func (v *view) pressingWords() string {
	var names []string
	for _, s := range v.stationsPressed() {
		names = append(names, s.MAC.String())
	}
	return strings.Join(names, " and ")
}

// whyNoWPS names a setting for which routers are known to switch WPS off.
func (v *view) whyNoWPS() string {
	for _, row := range []struct {
		such func(*Network) bool
		text string
	}{
		{func(n *Network) bool { return n.Hidden }, "the network is hidden"},
		{func(n *Network) bool { return n.WEP }, "it uses WEP"},
		{func(n *Network) bool { return n.TKIPOnly }, "it allows TKIP only"},
		{func(n *Network) bool { return n.SixGHz }, "it is on 6 GHz, where there is no WPS"},
	} {
		if v.all(row.such) {
			return ": " + row.text
		}
	}
	return ""
}

func (v *view) beforeWords() string {
	if v.waiting(PIN, PushButton, OutOfBand) {
		return " any more; there was one before"
	}
	return ""
}

// damageWords returns why the element of the network cannot be read.
func (v *view) damageWords() string {
	for i := range v.Networks {
		if n := &v.Networks[i]; n.damage() != nil && (v.net == nil || n == v.net) {
			return n.damage().Error()
		}
	}
	return "it cannot be read"
}

// waitingWords returns what a network waits for.
func (n *Network) waitingWords() string {
	if n.waited(PushButton) {
		return "for a button"
	}
	return "for a PIN"
}

// is reports whether two networks are the same one, of which the addresses may not be
// known.
func (n *Network) is(o *Network) bool {
	return n.BSSID == o.BSSID && (n.BSSID != wps.MAC{} || n.SSID == o.SSID && n.Channel == o.Channel)
}

// addressWords returns the address of a network in a format, "" if it is not known.
func (n *Network) addressWords(format string) string {
	if n.BSSID == (wps.MAC{}) {
		return ""
	}
	return fmt.Sprintf(format, n.BSSID)
}

// alsoWaiting names other networks that wait, at most four.
func (v *view) alsoWaiting() string {
	var names []string
	for i := range v.Networks {
		if n := &v.Networks[i]; v.otherWaits(n) && len(names) < 4 {
			names = append(names, fmt.Sprintf("%s (%s%s)", Quote(string(n.SSID)), n.addressWords("%v, "), n.waitingWords()))
		}
	}
	return strings.Join(names, ", ")
}

// notFindable names other networks that devices cannot find by WPS, with the
// reason, at most three; "" if there are none.
func (v *view) notFindable() string {
	const most = 3
	var names []string
	for i := range v.Networks {
		n := &v.Networks[i]
		if n.current() != nil || n.Silent || n.damage() != nil || v.net != nil && n.is(v.net) || len(names) == most {
			continue
		}
		name := Quote(string(n.SSID))
		if n.SSID == "" {
			name = cmp.Or(n.addressWords("the one of %v"), "one")
		}
		switch {
		case n.SAEOnly:
			names = append(names, name+" (for WPA3 only)")
		case n.Hidden:
			names = append(names, name+" (its name is hidden)")
		}
	}
	return strings.Join(names, ", ")
}

// directDevices names the devices that use Wi-Fi Direct.
func (v *view) directDevices() string {
	const most = 3
	var names []string
	for i, d := range v.Direct {
		if i == most {
			names = append(names, fmt.Sprintf("%d more", len(v.Direct)-most))
			break
		}
		name := d.MAC.String()
		if d.Name != "" {
			name = Quote(d.Name) + " (" + name + ")"
		}
		names = append(names, name+", "+d.LastAction)
	}
	return strings.Join(names, "; ")
}

// otherWaits reports whether a network waits that is neither the one of the
// verdict nor one with its name.
func (v *view) otherWaits(n *Network) bool {
	return v.net != nil && !n.is(v.net) && n.SSID != v.net.SSID && n.waited(PIN, PushButton, OutOfBand)
}

// m2LostWords says that M2 was lost, if it was.
func (v *view) m2LostWords() string {
	if v.attempt.M2Lost {
		return " M1 came again: M2 did not arrive."
	}
	return ""
}

// leftWords returns the reason code of the disconnection that ended the
// attempt.
func (v *view) leftWords() string {
	if v.attempt.DisconnectReason == 0 {
		return ""
	}
	return fmt.Sprintf(" with reason %d (%v)", v.attempt.DisconnectReason, dot11.ReasonCode(v.attempt.DisconnectReason))
}

// whoRole names the side that ended the attempt in the words of an engineer.
func (v *view) whoRole() string {
	switch {
	case v.attempt.DetectedBy == 0:
		return "one of the two"
	case v.attempt.DetectedBy == v.apRole():
		return "the access point"
	case v.apIsEnrollee():
		return "the external registrar"
	}
	return "the station"
}

// earlyReason returns why the attempt probably ended before the PIN or button was
// checked.
func (v *view) earlyReason() string {
	switch {
	case v.attempt.DetectedBy != 0 && v.attempt.DetectedBy != v.apRole():
		return "its time was up, or somebody stopped it"
	case v.apIsEnrollee():
		return "its PIN may be switched off, or it does not take settings from a computer now"
	}
	return "it was probably not in WPS mode, or not ready for the device"
}

// noSettingsReason returns why a router probably breaks off instead of handing over
// its settings.
func (v *view) noSettingsReason() string {
	if v.attempt.DetectedBy == v.apRole() && !v.apIsEnrollee() {
		return ": it may have none to hand over"
	}
	return ""
}

// stationAddress returns the address of the station, or words if it is not
// known.
func (a *Attempt) stationAddress() string {
	if a.Station == (wps.MAC{}) {
		return "of the device"
	}
	return a.Station.String()
}
