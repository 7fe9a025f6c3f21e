package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Configured is a [Link] to an agent of IEEE 1905.1, which reports the networks
// that the agent has accepted from the messages of this link.
type Configured interface {
	Networks() ([]registration.BSS, error)
}

// MeshAgent is an agent of IEEE 1905.1 within this process: the enrollee of
// EasyMesh. Its links carry messages without EAP.
type MeshAgent struct {
	clock
	callGuard
	// New returns an agent for one M1, such as a [registration.Agent].
	New func() (Agent1905, error)
}

// Agent1905 is an agent for one M1.
type Agent1905 interface {
	M1() []byte
	Handle(m2 []byte) (*registration.BSS, error)
}

// MeshController is a controller of IEEE 1905.1 within this process: the
// registrar of EasyMesh. Its links carry messages without EAP.
type MeshController struct {
	clock
	callGuard
	// Answer returns an M2 for each network, as [registration.Answer] does.
	Answer func(m1 []byte) (m2 [][]byte, err error)
}

// observedAgent is a [Link] to an agent whose networks are seen from outside, with
// names and uses but without keys. All M2 are sent to it at once, as IEEE 1905.1
// demands, and a network of an earlier configuration may still be there.
type observedAgent interface {
	sendAll(m2 [][]byte) error
	// served reports whether the agent serves all these networks, which may take
	// it some seconds.
	served(given []registration.BSS) (bool, error)
	// changed reports whether it serves other networks than when it sent M1.
	changed() (bool, error)
}

// clock is virtual time that advances only in Sleep.
type clock struct{ passed time.Duration }

// Now returns the virtual time.
func (c *clock) Now() time.Time { return epoch.Add(c.passed) }

// Sleep advances virtual time.
func (c *clock) Sleep(d time.Duration) { c.passed += d }

// Open starts a configuration.
func (a *MeshAgent) Open(wps.MAC) (Link, error) {
	return guard(context.Background(), a.limit(), func() (Link, error) {
		agent, err := a.New()
		if err != nil {
			return nil, err
		}
		return &agentLink{callGuard: a.callGuard, agent: agent, queue: [][]byte{bytes.Clone(agent.M1())}}, nil
	})
}

type agentLink struct {
	callGuard
	agent    Agent1905
	queue    [][]byte
	networks []registration.BSS
}

func (l *agentLink) Send(m2 []byte) error {
	b, err := guard(context.Background(), l.limit(), func() (*registration.BSS, error) {
		b, _ := l.agent.Handle(bytes.Clone(m2)) // the network counts, not the error
		return b, nil
	})
	if b != nil {
		l.networks = append(l.networks, *b)
	}
	return err
}

func (l *agentLink) Receive(time.Time) ([]byte, error) { return next(&l.queue), nil }

func (l *agentLink) Networks() ([]registration.BSS, error) { return l.networks, nil }

func (l *agentLink) Close() error { return nil }

// Open starts a configuration.
func (c *MeshController) Open(wps.MAC) (Link, error) { return &controllerLink{controller: c}, nil }

type controllerLink struct {
	controller *MeshController
	queue      [][]byte
}

func (l *controllerLink) Send(m1 []byte) error {
	answers, err := guard(context.Background(), l.controller.limit(), func() ([][]byte, error) {
		answers, err := l.controller.Answer(bytes.Clone(m1))
		if err != nil {
			return nil, nil // an M1 that it does not accept gets no answer
		}
		return answers, nil
	})
	l.queue = append(l.queue, answers...)
	return err
}

func (l *controllerLink) Receive(time.Time) ([]byte, error) { return next(&l.queue), nil }

func (l *controllerLink) Close() error { return nil }

// next removes the first of a queue, or returns nil.
func next(queue *[][]byte) []byte {
	if len(*queue) == 0 {
		return nil
	}
	first := (*queue)[0]
	*queue = (*queue)[1:]
	return first
}

// meshLimit is how long a device of IEEE 1905.1 may take to answer, and
// meshIgnored how long the suite waits for the answer to a wrong message.
const (
	meshLimit   = 5 * time.Second
	meshIgnored = time.Second
)

// mesh is a configuration over IEEE 1905.1, with a device that is the agent or
// the controller.
type mesh struct {
	networks  []registration.BSS // that the suite gives; nil is one of its own
	deviation deviation          // of the suite's message
	secret    []byte             // the shared secret with a weak public key
	reflect   bool
	twice     bool // M2 is sent twice
	earlier   bool // M2 of an earlier configuration is sent
	passing   bool // its M2 is not the one that earlier means
	want      want
	what      string
	check     func(o *outcome) string
}

func (s mesh) String() string {
	text := "configuration"
	if s.what != "" {
		text += ", " + s.what
	}
	return text + ": " + wants[s.want]
}

// meshNetwork is what the suite gives to agents.
var meshNetwork = registration.BSS{Settings: ownNetwork, Role: wps.MultiAPFronthaulBSS}

func (s mesh) run(t *trial) string {
	d := t.station(1, 0)
	link, err := t.openPlain(d.MAC)
	if err != nil {
		return t.refused("begin another configuration", err)
	}
	t.opened = true
	limit := meshLimit
	if t.suite.cfg.Role == Controller && s.want != wantSuccess {
		limit = meshIgnored
	}
	x := &meshRun{link: link, trial: t, limit: limit, out: &outcome{began: t.now(), side: &side{
		device: d, random: t.suite.cfg.Rand, deviate: s.deviation, secret: s.secret, reflect: s.reflect,
	}}}
	why := ""
	if t.suite.cfg.Role == Agent {
		why = s.controller(t, x)
	} else {
		why = s.agent(x)
	}
	x.out.ended = t.now()
	t.note(x.out)
	if err := link.Close(); err != nil && x.out.err == nil {
		x.out.err = err
	}
	switch {
	case x.out.err != nil:
		return fmt.Sprintf("the device did not survive it: %v", x.out.err)
	case why == "" && s.check != nil:
		return s.check(x.out)
	}
	return why
}

// meshRun is the suite's end of a link of IEEE 1905.1.
type meshRun struct {
	link  Link
	trial *trial
	limit time.Duration // for an answer
	out   *outcome
}

func (x *meshRun) send(message []byte) {
	x.out.frames = append(x.out.frames, frame{x.trial.now(), true, message})
	if err := x.link.Send(message); err != nil {
		x.out.err = err
	}
}

// sendAll sends messages at once.
func (x *meshRun) sendAll(link observedAgent, messages [][]byte) {
	for _, m := range messages {
		x.out.frames = append(x.out.frames, frame{x.trial.now(), true, m})
	}
	if _, err := call(x.trial, 0, func() (struct{}, error) { return struct{}{}, link.sendAll(messages) }); err != nil {
		x.out.err = err
	}
}

func (x *meshRun) receive() []byte {
	if x.out.err != nil {
		return nil
	}
	b, err := x.link.Receive(x.trial.now().Add(x.limit))
	if err != nil {
		x.out.err = err
	}
	if b != nil {
		x.out.frames = append(x.out.frames, frame{x.trial.now(), false, b})
	}
	return b
}

// errNoMesh is the error of an Ethernet on which no device of IEEE 1905.1
// answers.
var errNoMesh = errors.New("conformance: no device of IEEE 1905.1 has answered")

// errNetworks is the error of a link to an agent that does not report the
// accepted networks.
var errNetworks = errors.New("conformance: the link does not report the networks that the agent has accepted")

// controller plays the controller for an agent.
func (s mesh) controller(t *trial, x *meshRun) string {
	configured, ok := inner(x.link).(Configured)
	if !ok {
		return t.cannot(errNetworks)
	}
	side := x.out.side
	side.role = registration.RoleRegistrar
	m1 := x.receive()
	if m1 == nil {
		return "the agent sent no M1"
	}
	networks := s.networks
	if networks == nil {
		networks = []registration.BSS{meshNetwork}
	}
	seen, outside := inner(x.link).(observedAgent)
	if outside {
		networks = t.distinct(networks)
	}
	var all [][]byte
	for i := range networks {
		m2, err := side.meshM2(m1, &networks[i])
		if err != nil {
			return err.Error()
		}
		if s.earlier && t.recorded != nil {
			m2, networks[i] = t.recorded, t.recordedNetwork
		}
		if !s.passing {
			t.recorded, t.recordedNetwork = m2, networks[i]
		}
		if all = append(all, m2); s.twice {
			all = append(all, m2)
		}
	}
	if outside {
		x.sendAll(seen, all)
		return s.seen(t, x, seen, m1, networks)
	}
	for _, m2 := range all {
		x.send(m2)
	}
	got, err := call(t, 0, configured.Networks)
	if err != nil {
		return t.cannot(err)
	}
	switch s.want {
	case wantRefused:
		if len(got) > 0 {
			return "the agent accepted a network from it"
		}
		// A correct message must still be accepted: nothing ends an agent.
		side.deviate, side.secret, side.reflect = deviation{}, nil, false
		m2, err := side.meshM2(m1, &meshNetwork)
		if err != nil {
			return err.Error()
		}
		x.send(m2)
		if got, err = call(t, 0, configured.Networks); err != nil || len(got) != 1 {
			return "afterwards the agent did not accept a correct M2"
		}
	case wantSuccess:
		return sameNetworks(networks, got)
	}
	return ""
}

// seen judges what an agent serves after the suite's messages, from outside.
func (s mesh) seen(t *trial, x *meshRun, link observedAgent, m1 []byte, networks []registration.BSS) string {
	switch s.want {
	case wantSuccess:
		if all, err := call(t, 0, func() (bool, error) { return link.served(networks) }); err != nil || !all {
			return "the agent does not serve the networks that it was given" + reasonText(err)
		}
		return ""
	case wantRefused:
		if other, err := call(t, 0, link.changed); err != nil || other {
			return "the agent accepted a network from it" + reasonText(err)
		}
	default:
		return ""
	}
	side := x.out.side
	side.deviate, side.secret, side.reflect = deviation{}, nil, false
	right := t.distinct([]registration.BSS{meshNetwork})
	m2, err := side.meshM2(m1, &right[0])
	if err != nil {
		return err.Error()
	}
	x.sendAll(link, [][]byte{m2})
	if all, err := call(t, 0, func() (bool, error) { return link.served(right) }); err != nil || !all {
		return "afterwards the agent did not accept a correct M2" + reasonText(err)
	}
	return ""
}

// reasonText returns the error as the rest of a sentence.
func reasonText(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// distinct returns networks with names that no earlier configuration had.
func (t *trial) distinct(networks []registration.BSS) []registration.BSS {
	networks = slices.Clone(networks)
	for i := range networks {
		if networks[i].TearDown() {
			continue
		}
		n := t.suite.trials.Add(1)
		name, suffix := string(networks[i].Settings.SSID), fmt.Sprintf("%05d", n%100000)
		const longest = 32
		networks[i].Settings.SSID = wps.SSID(name[:min(len(name), longest-len(suffix))] + suffix)
	}
	return networks
}

// sameNetworks returns how the networks that an agent accepted differ from the
// given ones. A repeated message may count once or twice.
func sameNetworks(given, got []registration.BSS) string {
	for _, g := range given {
		if !slices.ContainsFunc(got, func(b registration.BSS) bool {
			if g.TearDown() {
				return b.TearDown()
			}
			return b.Settings.SSID == g.Settings.SSID && bytes.Equal(b.Settings.NetworkKey, g.Settings.NetworkKey) &&
				b.Settings.AuthType == g.Settings.AuthType && b.Role == g.Role
		}) {
			return fmt.Sprintf("the agent did not accept the network %q, %v", string(g.Settings.SSID), g.Role)
		}
	}
	return ""
}

// meshM2 makes an M2 with the settings of a network, with keys and a nonce of
// its own.
func (s *side) meshM2(m1 []byte, b *registration.BSS) ([]byte, error) {
	s.own, s.n1, s.n2, s.cipher = nil, wps.Nonce{}, wps.Nonce{}, nil
	if err := s.begin(); err != nil {
		return nil, err
	}
	m := new(wps.M1)
	if err := wps.Decode(m, m1, wps.Tolerant); err != nil {
		return nil, fmt.Errorf("M1: %w", err)
	}
	s.n1, s.mac, s.pke, s.peer, s.pkr, s.peerVersion = m.EnrolleeNonce, m.MAC, m.PublicKey, m.Device, s.own.PublicKey(), m.WFA.Version2
	if err := s.agree(&s.pke); err != nil {
		return nil, err
	}
	s.previous = m1
	m2 := &wps.M2{
		Header: s.header(), Device: s.device, EnrolleeNonce: s.n1, RegistrarNonce: s.n2, PublicKey: s.pkr,
		DevicePasswordID: m.DevicePasswordID, EncryptedSettings: placeholder,
	}
	if s.reflect {
		m2.PublicKey = s.pke
	}
	settings := b.Settings
	if b.TearDown() {
		settings = wps.Credential{SSID: "\x00", AuthType: wps.AuthOpen, EncrType: wps.EncrNone} // hostap requires the attributes
	}
	settings.MAC = s.mac
	inner := &wps.M8Settings{AP: &settings}
	inner.WFA.MultiAP, inner.WFA.MultiAPProfile, inner.WFA.MultiAPVLAN = b.Role, b.Profile, b.VLAN
	return s.finish(wps.MessageM2, m2, inner), nil
}

// agent plays the agent for a controller.
func (s mesh) agent(x *meshRun) string {
	side := x.out.side
	side.role, side.id = registration.RoleEnrollee, wps.PasswordPushButton
	if err := side.begin(); err != nil {
		return err.Error()
	}
	x.send(side.m1())
	m1 := side.previous
	keys, nonces := map[wps.PublicKey]bool{}, map[wps.Nonce]bool{}
	for n := 1; ; n++ {
		m2 := x.receive()
		if m2 == nil {
			break
		}
		if s.want == wantRefused {
			return "the controller answered with M2"
		}
		side.cipher, side.previous = nil, m1
		b, err := side.readMesh(m2)
		switch {
		case err != nil && s.want == wantSuccess:
			return fmt.Sprintf("M2 number %d: %v", n, err)
		case err != nil:
			continue
		case keys[side.pkr]:
			return "two M2 have the same public key"
		case nonces[side.n2]:
			return "two M2 have the same nonce"
		case side.n1 != wps.Nonce(wps.Find(m1, wps.AttrEnrolleeNonce)):
			return "M2 has the nonce of another M1"
		}
		keys[side.pkr], nonces[side.n2] = true, true
		if !b.TearDown() {
			side.credentials = append(side.credentials, b.Settings)
			if err := b.Settings.Usable(); err != nil && s.want == wantSuccess {
				return fmt.Sprintf("the network of M2 number %d cannot be used: %v", n, err)
			}
			if b.Role == 0 && s.want == wantSuccess {
				return fmt.Sprintf("M2 number %d does not say what the network is for: the Multi-AP Extension is missing", n)
			}
		}
	}
	if s.want == wantSuccess && len(keys) == 0 {
		return "the controller sent no M2"
	}
	return ""
}

// readMesh reads an M2 of IEEE 1905.1.
func (s *side) readMesh(message []byte) (*registration.BSS, error) {
	m := new(wps.M2)
	if err := wps.Decode(m, message, wps.Tolerant); err != nil {
		return nil, err
	}
	s.n1, s.n2, s.pkr, s.peer, s.peerVersion = m.EnrolleeNonce, m.RegistrarNonce, m.PublicKey, m.Device, m.WFA.Version2
	if err := s.agree(&s.pkr); err != nil {
		return nil, err
	}
	if err := s.cipher.VerifyAuthenticator(s.previous, message); err != nil {
		return nil, errors.New("the Authenticator does not verify")
	}
	inner := &wps.M8Settings{AP: new(wps.Credential)}
	if err := s.open(wps.MessageM2, m.EncryptedSettings, inner); err != nil {
		return nil, err
	}
	return &registration.BSS{Settings: *inner.AP, Role: inner.WFA.MultiAP, Profile: inner.WFA.MultiAPProfile, VLAN: inner.WFA.MultiAPVLAN}, nil
}

// meshFreshness compares the random values of the device in several
// configurations.
type meshFreshness struct{ n int }

func (s meshFreshness) String() string {
	return fmt.Sprintf("%d configurations: keys, nonces and initialization vectors differ", s.n)
}

func (s meshFreshness) run(t *trial) string {
	seen := map[string]bool{}
	for range s.n {
		if why := (mesh{}).run(t); why != "" {
			return why
		}
		side := t.outcomes[len(t.outcomes)-1].side
		values := map[string][]byte{"public key": side.pke[:], "nonce": side.n1[:]}
		if t.suite.cfg.Role == Controller {
			values = map[string][]byte{"public key": side.pkr[:], "nonce": side.n2[:]}
			for i, iv := range side.ivs {
				values[fmt.Sprintf("initialization vector %d", i)] = iv
			}
		}
		for name, v := range values {
			if key := name[:5] + string(v); seen[key] {
				return fmt.Sprintf("the device used a %s twice", name)
			} else if seen[key] = true; bytes.Equal(v, make([]byte, len(v))) {
				return fmt.Sprintf("the device's %s is zero", name)
			}
		}
	}
	return ""
}

// originMesh is the origin of the rules of IEEE 1905.1.
const originMesh = "Wi-Fi EasyMesh §7.1; IEEE 1905.1 §10.1.2 [via hostap and the field]"

// meshDeviations are the rows of the table of deviations that apply to messages
// without an exchange around them.
var meshDeviations = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 19, 20, 21, 26}

// meshMessages returns the cases about the one message that a device receives.
func meshMessages(prefix string, role Role, m wps.MessageType) []*Case {
	var all []*Case
	for _, d := range deviations {
		if !slices.Contains(meshDeviations, d.number) {
			continue
		}
		inputs := d.inputs(m)
		if d.number == 21 {
			inputs = sealed(wps.MessageM8) // M2 has the settings here
		}
		c := &Case{
			ID: fmt.Sprintf("%s-%s-%02d", prefix, messageID(m), d.number), Title: fmt.Sprintf(d.title, m),
			Proves: d.proves, Origin: d.origin, Level: d.level, Role: role,
		}
		for _, in := range inputs {
			in.deviation.at = m
			w := in.want
			if d.number == 10 && in.name != "no Message Type" && role == Controller {
				w = wantSurvive // an M1 need not be refused
			}
			c.rows = append(c.rows, row{in.name, []step{mesh{deviation: in.deviation, want: w, what: c.Title}}})
		}
		if role == Controller && (d.number == 21 || len(inputs) == 0) {
			continue
		}
		all = append(all, c)
	}
	return all
}

func meshCases() []*Case {
	give := func(name string, networks ...registration.BSS) row {
		return one(name, mesh{networks: networks, what: "is given " + name})
	}
	network := func(ssid, key string, auth wps.AuthType, role wps.MultiAP) registration.BSS {
		return registration.BSS{Settings: wps.Credential{SSID: wps.SSID(ssid), AuthType: auth, EncrType: wps.EncrAES, NetworkKey: []byte(key)}, Role: role}
	}
	vlan := network("guests", "correct horse battery", wps.AuthWPA2Personal, wps.MultiAPFronthaulBSS)
	vlan.Profile, vlan.VLAN = 2, 10
	var agentKeys, controllerKeys []row
	for _, k := range listWeakKeys() {
		agentKeys = append(agentKeys, one(k.name, mesh{want: wantRefused, what: "public key " + k.name, secret: k.secret, deviation: deviation{at: wps.MessageM2, list: set(wps.AttrPublicKey, k.key)}}))
		controllerKeys = append(controllerKeys, one(k.name, mesh{want: wantRefused, what: "public key " + k.name, deviation: deviation{at: wps.MessageM1, list: set(wps.AttrPublicKey, k.key)}}))
	}
	agentKeys = append(agentKeys, one("the agent's own", mesh{want: wantRefused, what: "the agent's own public key", reflect: true}))
	cases := []*Case{
		inputs("AGENT-NET-01", Agent, Must, 0, "a network of every kind", "the agent takes a network and what it is for", originMesh,
			give("a fronthaul network", network("front", "correct horse battery", wps.AuthWPA2Personal, wps.MultiAPFronthaulBSS)),
			give("a backhaul network", network("back", "correct horse battery", wps.AuthWPA2Personal, wps.MultiAPBackhaulBSS)),
			give("one for both", network("both", "correct horse battery", wps.AuthWPA2Personal, wps.MultiAPFronthaulBSS|wps.MultiAPBackhaulBSS)),
			give("WPA2 and WPA3", network("both", "correct horse battery", wps.AuthWPA2Personal|wps.AuthSAE, wps.MultiAPFronthaulBSS)),
			give("WPA3 alone", network("sae", "correct horse battery", wps.AuthSAE, wps.MultiAPFronthaulBSS)),
			give("a name of 32 octets", network("0123456789abcdef0123456789abcdef", "correct horse battery", wps.AuthWPA2Personal, wps.MultiAPFronthaulBSS)),
			give("a name in UTF-8", network("Café – 咖啡", "correct horse battery", wps.AuthWPA2Personal, wps.MultiAPFronthaulBSS)),
			give("a network with a VLAN", vlan)),
		scenario("AGENT-NET-02", Agent, Must, 0, "several networks", "there is one M2 for each, in any number", originMesh,
			mesh{what: "three networks", networks: []registration.BSS{meshNetwork, network("back", "another passphrase", wps.AuthWPA2Personal, wps.MultiAPBackhaulBSS), vlan}}),
		scenario("AGENT-NET-03", Agent, Must, 0, "tear down", "the agent switches its networks off on request", originMesh,
			mesh{what: "tear down", networks: []registration.BSS{{Role: wps.MultiAPTearDown}}}),
		scenario("AGENT-NET-04", Agent, Must, 0, "M2 twice", "a repeated message does no harm", originMesh, mesh{what: "M2 twice", twice: true}),
		inputs("AGENT-KEY-01", Agent, Must, 0, "public keys with a secret that anyone can compute", "such keys are refused", originKeys, agentKeys...),
		scenario("AGENT-KEY-02", Agent, Must, 0, "fresh keys and nonces in each M1", "nothing is used again", originMesh, meshFreshness{4}),
		scenario("AGENT-M2-28", Agent, Must, 0, "M2 of an earlier run", "a replayed message has no effect", originMesh,
			mesh{}, mesh{passing: true, what: "another network"}, mesh{earlier: true, want: wantRefused, what: "M2 for an earlier M1"}),
		scenario("CTRL-NET-01", Controller, Must, 0, "networks are given", "every M2 is authentic, usable and says what it is for, with its own keys and nonce", originMesh, mesh{}),
		scenario("CTRL-NET-02", Controller, Must, 0, "settings are never in the clear", "the network key is sent encrypted only", "WSC 2.0 §7.5", mesh{check: hidden}),
		inputs("CTRL-KEY-01", Controller, Must, 0, "public keys with a secret that anyone can compute", "such keys are refused", originKeys, controllerKeys...),
		scenario("CTRL-KEY-02", Controller, Must, 0, "fresh keys, nonces and initialization vectors in each M2", "nothing is used again", originMesh, meshFreshness{4}),
	}
	cases = append(cases, meshMessages("AGENT", Agent, wps.MessageM2)...)
	return append(cases, meshMessages("CTRL", Controller, wps.MessageM1)...)
}
