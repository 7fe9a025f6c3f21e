package conformance

import (
	"bytes"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// originField is the origin of cases about habits of deployed devices that
// cause problems for others. A pass means that the device does not have the
// habit.
const originField = "what devices of the field do: see package sim/campaign"

// patience is how long peers wait before they repeat a request [hostap].
const patience = 3 * time.Second

// prompt checks that the device answers before a peer repeats its request.
func prompt(o *outcome) string {
	for i := 1; i < len(o.frames); i++ {
		before, f := o.frames[i-1], o.frames[i]
		if took := f.at.Sub(before.at); before.sent && !f.sent && took >= patience {
			name, _ := describe(f.packet)
			return fmt.Sprintf("%s came after %.1f s; peers repeat their request after %v", name, took.Seconds(), patience)
		}
	}
	return ""
}

// checkUnfragmented checks that the device does not fragment messages that fit into a
// packet.
func checkUnfragmented(o *outcome) string {
	for _, f := range o.frames {
		p, err := eap.ParsePacket(f.packet)
		if err == nil && !f.sent && p.IsWSC() && p.Flags.Has(eap.FlagLengthField) && p.Flags.Has(eap.FlagMoreFragments) && int(p.MessageLength) <= eap.DefaultFragmentSize {
			return fmt.Sprintf("a message of %d octets came in fragments of %d", p.MessageLength, len(f.packet))
		}
	}
	return ""
}

// version2 checks that the device says it is of version 2.0 or later.
func version2(o *outcome) string {
	if o.side.peerVersion < 0x20 {
		return "the device is of version 1.0"
	}
	return ""
}

// once checks that no message of the device comes twice, unless the suite has
// repeated its own.
func once(o *outcome) string {
	seen := map[string]bool{}
	for _, f := range o.frames {
		key := fmt.Sprint(f.sent, f.packet)
		if seen[key] {
			if f.sent {
				return ""
			}
			name, _ := describe(f.packet)
			return name + " came twice"
		}
		seen[key] = true
	}
	return ""
}

// acknowledges checks that the device answered M2D.
func acknowledges(o *outcome) string {
	if !o.received(wps.MessageACK) && o.side.nack == nil {
		return "the device did not answer M2D"
	}
	return ""
}

// eachCredential checks each credential of the device.
func eachCredential(check func(c *wps.Credential) string) func(o *outcome) string {
	return func(o *outcome) string {
		for i := range o.side.credentials {
			if why := check(&o.side.credentials[i]); why != "" {
				return fmt.Sprintf("credential %d: %s", i+1, why)
			}
		}
		return ""
	}
}

// observed is an attempt for which only the check counts, not its end.
func observed(a attempt, check func(o *outcome) string) attempt {
	a.want, a.check = wantSurvive, check
	return a
}

func habitCases() []*Case {
	pin := func(check func(o *outcome) string) []step {
		return []step{enter(stationPIN), observed(attempt{station: 1}, check)}
	}
	reg := func(n int, level Level, needs Need, title, proves string, steps ...step) *Case {
		return scenario(fmt.Sprintf("AP-REG-HABIT-%02d", n), APRegistrar, level, needs, title, proves, originField, steps...)
	}
	own := attempt{station: 1, method: byOwnPIN}
	return []*Case{
		reg(1, Should, NeedEnterPIN, "an access point of version 1.0", "the access point is of version 2.0", pin(version2)...),
		reg(2, Should, NeedEnterPIN, "a network's name padded with zeros", "the name that is given is that of the network", pin(eachCredential(func(c *wps.Credential) string {
			if v := wps.Find(c.Raw, wps.AttrSSID); len(v) > 0 && v[len(v)-1] == 0 {
				return "the name ends in a zero octet"
			}
			return ""
		}))...),
		reg(3, Should, NeedEnterPIN, "a passphrase that ends in a NUL", "the key that is given is that of the network", pin(eachCredential(func(c *wps.Credential) string {
			if v := wps.Find(c.Raw, wps.AttrNetworkKey); len(v) > 0 && v[len(v)-1] == 0 {
				return "the key ends in a NUL"
			}
			return ""
		}))...),
		reg(4, Should, NeedEnterPIN, "a passphrase that is not ASCII", "every station supports the passphrase", pin(eachCredential(func(c *wps.Credential) string {
			if bytes.ContainsFunc(c.NetworkKey, func(r rune) bool { return r > 0x7E }) {
				return "the key has octets that are not ASCII"
			}
			return ""
		}))...),
		reg(5, Should, NeedEnterPIN, "a network that is given twice", "each network is given once", pin(func(o *outcome) string {
			if o.side.quirks.Has(wps.QuirkRepeated) {
				return "a network is given twice"
			}
			return ""
		})...),
		reg(6, May, NeedEnterPIN, "two kinds of authentication in one credential", "a credential names one kind, as some stations require", pin(eachCredential(func(c *wps.Credential) string {
			if c.AuthType&(c.AuthType-1) != 0 || c.EncrType&(c.EncrType-1) != 0 {
				return fmt.Sprintf("it names %v and %v", c.AuthType, c.EncrType)
			}
			return ""
		}))...),
		reg(7, May, NeedEnterPIN, "a network without a key", "the network that is given is protected", pin(eachCredential(func(c *wps.Credential) string {
			if c.AuthType == wps.AuthOpen {
				return "the network is open"
			}
			return ""
		}))...),
		reg(8, May, NeedBeacon, "an access point that is not configured", "the network keeps its settings when the first device registers",
			element{what: "Wi-Fi Protected Setup State", check: func(b *wps.Beacon, _ *wps.ProbeResponse) string {
				if b.State != wps.Configured {
					return "the access point is not configured: the first device configures it"
				}
				return ""
			}}),
		reg(9, Should, NeedEnterPIN, "an access point that needs seconds for a message", "answers come before peers repeat their requests", pin(prompt)...),
		reg(10, Should, NeedEnterPIN|NeedCancel, "a station that is not expected and gets no M2D", "M2D comes at once",
			operate{control: Cancel}, observed(attempt{station: 1}, prompt)),
		reg(11, May, NeedEnterPIN|NeedEAP, "an access point that sends fragments", "messages that fit are sent whole", pin(checkUnfragmented)...),
		reg(12, Should, NeedEnterPIN|NeedRestart, "the same keys and nonces after a restart", "a restart does not repeat the same randomness",
			enter(stationPIN), freshness{n: 3, restart: true}),
		reg(13, Should, NeedBeacon, "an access point without WPS", "WPS is switched on", element{what: "there is one", check: func(*wps.Beacon, *wps.ProbeResponse) string { return "" }}),

		scenario("AP-ENR-HABIT-01", APEnrollee, Should, NeedOwnPIN|NeedUnlock, "an access point of version 1.0", "the access point is of version 2.0", originField, observed(own, version2)),
		scenario("AP-ENR-HABIT-02", APEnrollee, Should, NeedOwnPIN|NeedUnlock, "an access point that needs seconds for a message", "answers come before peers repeat their requests", originField, observed(own, prompt)),
		scenario("AP-ENR-HABIT-03", APEnrollee, May, NeedOwnPIN|NeedUnlock|NeedEAP, "an access point that sends fragments", "messages that fit are sent whole", originField, observed(own, checkUnfragmented)),

		scenario("STA-ENR-HABIT-01", Station, Should, NeedOwnPIN, "a station of version 1.0", "the station is of version 2.0", originField, observed(attempt{station: 1}, version2)),
		scenario("STA-ENR-HABIT-02", Station, Should, NeedOwnPIN, "a station that needs seconds for a message", "answers come before access points repeat their requests", originField, observed(attempt{station: 1}, prompt)),
		scenario("STA-ENR-HABIT-03", Station, May, NeedOwnPIN|NeedEAP, "a station that sends fragments", "messages that fit are sent whole", originField, observed(attempt{station: 1}, checkUnfragmented)),
		scenario("STA-ENR-HABIT-04", Station, May, NeedOwnPIN, "a station that sends a message twice", "each message is sent once", originField, observed(attempt{station: 1}, once)),
		scenario("STA-ENR-HABIT-05", Station, Should, NeedOwnPIN, "a station that does not answer M2D", "M2D is acknowledged", originField,
			observed(attempt{station: 1, what: "M2D", fault: transportFault{at: wps.MessageM2, instead: wps.MessageM2D}}, acknowledges)),

		scenario("ER-HABIT-01", Registrar, Should, NeedEnterPIN, "a registrar of version 1.0", "the registrar is of version 2.0", originField, observed(attempt{station: 1}, version2)),
		scenario("ER-HABIT-02", Registrar, Should, NeedEnterPIN, "a registrar that needs seconds for a message", "answers come before access points repeat their requests", originField, observed(attempt{station: 1}, prompt)),
		scenario("ER-HABIT-03", Registrar, May, NeedEnterPIN|NeedEAP, "a registrar that sends fragments", "messages that fit are sent whole", originField, observed(attempt{station: 1}, checkUnfragmented)),
	}
}
