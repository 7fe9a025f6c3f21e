package registration

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/gowps/gowps/wps"
)

// The tests in this file give a machine one wrong message from a peer that has
// the keys of the run: it is authentic unless the test is about that. The rows
// are those of hostap's own tests, and of the table of checks that hostap and
// iwd make.

// scene is a run up to the message with the fault.
type scene struct {
	t       testing.TB
	e       *Enrollee
	r       *Registrar
	genuine []byte
	sender  *run
	before  []said // what was delivered before
}

// newScene runs the machines until the next message is of a kind. The registrar
// is the sender, until that is changed.
func newScene(t testing.TB, f *form, e *Enrollee, r *Registrar, next wps.Kind) *scene {
	x := &scene{t: t, e: e, r: r, sender: &r.run}
	x.genuine = f.until(t, e, r, next)
	x.before = f.delivered
	return x
}

// plainRun returns a run of the default configuration with the nonces of this
// one.
func (x *scene) plainRun() *run {
	r := newRun(x.sender.role, Config{})
	r.n1, r.n2 = x.sender.n1, x.sender.n2
	return &r
}

// received returns the message that a role received last.
func (x *scene) received(role Role) []byte {
	for _, s := range slices.Backward(x.before) {
		if s.by != role {
			return s.octets
		}
	}
	x.t.Fatalf("the %v has received nothing", role)
	return nil
}

// body returns the genuine message.
func (x *scene) body() body { return parseBody(x.t, x.genuine) }

// sign returns a message with the right Authenticator at its end.
func (x *scene) sign(b body) []byte {
	cipher := x.sender.cipher
	if x.sender.ended { // an enrollee, by WSC_Done
		cipher = x.r.cipher
	}
	return cipher.AppendAuthenticator(x.received(x.sender.role), b.without(wps.AttrAuthenticator).octets())
}

// sealed returns the genuine message with other Encrypted Settings.
func (x *scene) sealed(value []byte) []byte {
	return x.sign(x.body().with(wps.AttrEncryptedSettings, value...))
}

// settings returns the genuine message with other settings in it.
func (x *scene) settings(edit func(body) body) []byte {
	return x.sealed(x.sender.cipher.SealSettings(nil, new([16]byte), edit(x.plain()).octets()))
}

// plain returns the settings in the genuine message.
func (x *scene) plain() body {
	plain, err := x.sender.cipher.OpenSettings(x.body().get(wps.AttrEncryptedSettings))
	if err != nil {
		x.t.Fatal(err)
	}
	return parseBody(x.t, plain)
}

// plaintext returns the genuine message with any other plaintext in its
// Encrypted Settings. Edit receives the right one, with room for 16 octets of
// padding, and must return whole blocks.
func (x *scene) plaintext(edit func([]byte) []byte) []byte {
	plain := wrapped(x.sender.cipher, x.plain().octets())
	return x.sealed(encrypt(x.sender.cipher, edit(plain)))
}

// padded adds valid padding to a plaintext.
func padded(plain []byte) []byte {
	n := 16 - len(plain)%16
	return append(plain, bytes.Repeat([]byte{byte(n)}, n)...)
}

// credential returns the genuine M8 with another first credential.
func (x *scene) credential(edit func(body) body) []byte {
	return x.settings(func(b body) body {
		inner := edit(parseBody(x.t, b.get(wps.AttrCredential)))
		return b.with(wps.AttrCredential, inner.octets()...)
	})
}

// nack returns a WSC_NACK with the nonces of the run.
func (x *scene) nack(ce wps.ConfigError) []byte {
	return encoded(x.t, x.plainRun().nack(ce))
}

// busy returns a WSC_NACK with an error that has no class.
func (x *scene) busy() []byte { return x.nack(wps.DeviceBusy) }

// ack returns a WSC_ACK with the nonces of the run.
func (x *scene) ack() []byte {
	return encoded(x.t, x.plainRun().ack())
}

// acked sends an edited WSC_ACK.
func acked(edit func(body) body) func(*scene) []byte {
	return func(x *scene) []byte { return edit(parseBody(x.t, x.ack())).octets() }
}

// done returns a WSC_Done with the nonces of the run.
func (x *scene) done() []byte {
	return encoded(x.t, x.plainRun().done())
}

// m2d returns an M2D with the nonce of the enrollee.
func (x *scene) m2d() []byte {
	r := &Registrar{run: newRun(RoleRegistrar, Config{Device: registrarDevice})}
	r.n1, r.n2 = x.e.n1, wps.Nonce{0xDD}
	return encoded(x.t, r.m2d(wps.NoError, nil))
}

func encoded(t testing.TB, l wps.List) []byte {
	t.Helper()
	octets, err := wps.Append(nil, l)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// faulty is a row: a run of a form in which one message is replaced.
type faulty struct {
	name string
	form func() form // by default a station
	at   wps.Kind
	send func(x *scene) []byte

	// want is the reaction of the receiver: "ignored", "success" without an
	// answer, "NACK" and its Configuration Error, or the name of its answer.
	want string
	is   []error // the classes of its error; by default also ErrProtocol
	half int
	peer bool // the error was detected by the peer
}

const (
	ignoring = "ignored"
	success  = "success"
	nack0    = "NACK 0"
	nack2    = "NACK 2"
	nack12   = "NACK 12"
	nack15   = "NACK 15"
	nack18   = "NACK 18"
	nack20   = "NACK 20"
)

// without returns a row's message without an attribute.
func without(id wps.AttributeID) func(*scene) []byte {
	return func(x *scene) []byte { return x.sign(x.body().without(id)) }
}

// with returns a row's message with another value of an attribute.
func with(id wps.AttributeID, value ...byte) func(*scene) []byte {
	return func(x *scene) []byte { return x.sign(x.body().with(id, value...)) }
}

// flipped returns a row's message with the last octet of an attribute changed.
func flipped(id wps.AttributeID) func(*scene) []byte {
	return func(x *scene) []byte {
		b := x.body()
		value := b.get(id)
		value[len(value)-1] ^= 1
		return b.octets()
	}
}

func edited(edit func(body) body) func(*scene) []byte {
	return func(x *scene) []byte { return x.settings(edit) }
}

func (row *faulty) run(t *testing.T) {
	f := station()
	if row.form != nil {
		f = row.form()
	}
	f.cheap()
	e, r := f.machines(t)
	x := newScene(t, &f, e, r, row.at)
	var receiver machine = e
	own := &e.run
	switch row.at {
	case wps.KindM1, wps.KindM3, wps.KindM5, wps.KindM7, wps.KindDone:
		x.sender, receiver, own = &e.run, r, &r.run
	}
	msg := row.send(x)
	sent, state := own.sent, [2]any{e.State(), r.State()}
	answer, err := receiver.Handle(msg)
	if r.State() == WaitDecision {
		answer, err = r.Decide(*f.first)
	}
	if row.want == ignoring {
		if answer != nil || !errors.Is(err, ErrIgnored) || receiver.Ended() || [2]any{e.State(), r.State()} != state {
			t.Fatalf("answer %x, error %v, states %v and %v; it should be ignored", answer, err, e.State(), r.State())
		}
		if answer, err := receiver.Handle(x.genuine); err != nil || answer == nil && !receiver.Ended() {
			t.Errorf("then the genuine %v is answered by %x, %v", row.at, answer, err)
		}
		return
	}
	if row.want == success {
		if answer != nil || err != nil || receiver.Result() == nil {
			t.Errorf("answer %x, error %v, result %v; it should be success", answer, err, receiver.Result())
		}
		return
	}
	var ce wps.ConfigError
	if n, _ := fmt.Sscanf(row.want, "NACK %d", &ce); n == 0 {
		if got := (said{0, answer}).kind().String(); got != row.want || err != nil {
			t.Errorf("answered by %v, %v; want %v", got, err, row.want)
		}
		return
	}
	var nack wps.NACK
	if wps.Decode(&nack, answer, wps.Strict) != nil || nack.ConfigError != ce || nack.EnrolleeNonce != own.n1 || nack.RegistrarNonce != own.n2 {
		t.Errorf("answered by %x; want %v", answer, row.want)
	}
	var failed *Error
	if !errors.As(err, &failed) || err != receiver.Err() {
		t.Fatalf("error %v, %v afterwards", err, receiver.Err())
	}
	want := Error{ConfigError: ce, DetectedBy: own.role, Half: row.half}
	want.Message, _ = wps.PeekMessageType(msg)
	if row.peer {
		want.Message, want.DetectedBy = sent, own.role.other()
	}
	got := *failed
	got.Err, got.class = nil, nil
	if got != want {
		t.Errorf("error %+v\nwant %+v", got, want)
	}
	is := row.is
	if is == nil {
		is = []error{ErrProtocol}
	}
	for _, class := range is {
		if !errors.Is(err, class) {
			t.Errorf("error %q is not %q", err, class)
		}
	}
	if !receiver.Ended() || receiver.Result() != nil {
		t.Errorf("ended: %v, result: %v", receiver.Ended(), receiver.Result())
	}
	if again, err := receiver.Handle(msg); !bytes.Equal(again, answer) || err != nil {
		t.Errorf("received once more it is answered by %x, %v", again, err)
	}
	if late, err := receiver.Handle(append(x.genuine, 0)); late != nil || !errors.Is(err, ErrEnded) {
		t.Errorf("after the end something else is answered by %x, %v", late, err)
	}
}

func runFaulty(t *testing.T, rows []faulty) {
	for _, row := range rows {
		t.Run(fmt.Sprintf("%v/%s", row.at, row.name), row.run)
	}
}

func overlapping() form {
	f := station()
	f.enrollee.Password, f.registrar.Password = PushButton(), PushButton()
	return f
}

func reading() form {
	f := writing()
	f.enrollee.ReadOnly = true
	return f
}

func locked() form {
	f := accessPoint()
	f.enrollee.Password = Password{}
	return f
}

func subgroup() form {
	f := station()
	f.enrollee.CheckSubgroup, f.registrar.CheckSubgroup = true, true
	return f
}

// strangeKeys returns a form in which both sides expect other public keys.
func strangeKeys() form {
	f := station()
	f.enrollee.PeerKeyHash = new([20]byte)
	return f
}

func handover() form {
	f := station()
	f.enrollee.Password, f.registrar.Password = Handover(), Handover()
	pairs := cheapPairs()
	pke, pkr := PublicKeyHash(pairs[0].publicKey()), PublicKeyHash(pairs[1].publicKey())
	f.registrar.PeerKeyHash, f.enrollee.PeerKeyHash = &pke, &pkr
	return f
}

// TestEnrolleeFaults checks how a station, or an access point that is being
// configured, reacts to faults of a registrar.
//
// hostap: test_ap_wps_m2_dev_passwd_id_p2p
// test_ap_wps_m2_dev_passwd_id_change_pin_to_pbc
// test_ap_wps_m2_dev_passwd_id_change_pbc_to_pin
// test_ap_wps_m2_missing_msg_type test_ap_wps_m2_unknown_msg_type
// test_ap_wps_m2_msg_type_m4 test_ap_wps_m2_msg_type_m6
// test_ap_wps_m2_msg_type_m8 test_ap_wps_m4_msg_type_m2
// test_ap_wps_m4_msg_type_m2d test_wps_ext_kwa_proto_no_kwa
// test_wps_ext_kwa_proto_data_after_kwa test_wps_ext_kwa_proto_kwa_mismatch
// test_wps_ext_cred_proto_mac_addr_mismatch
// test_wps_ext_cred_proto_zero_padding test_wps_ext_cred_proto_ssid_zero_len
// test_wps_ext_cred_proto_network_key_missing
// test_wps_ext_cred_proto_network_key_missing_open
// test_wps_ext_cred_proto_invalid_encr_type
// test_wps_ext_cred_proto_missing_cred test_wps_ext_proto_m2_invalid_public_key
// test_wps_ext_proto_m4_invalid_pad_string
// test_wps_ext_proto_m4_invalid_pad_value
func TestEnrolleeFaults(t *testing.T) {
	runFaulty(t, []faulty{
		// hostap sends NACK 0 to the first two; by WSC 2.0 §7.1 (via iwd) they
		// are ignored, since anyone can send them.
		{name: "wrong Authenticator", at: wps.KindM2, send: flipped(wps.AttrAuthenticator), want: ignoring},
		{name: "damaged", at: wps.KindM2, send: flipped(wps.AttrDeviceName), want: ignoring},
		{name: "nonce of another run", at: wps.KindM2, send: with(wps.AttrEnrolleeNonce, make([]byte, 16)...), want: ignoring},
		{name: "password of another kind", at: wps.KindM2, send: with(wps.AttrDevicePasswordID, 0, 4), want: nack0},
		{name: "PIN of the user", at: wps.KindM2, send: with(wps.AttrDevicePasswordID, 0, 1), want: nack0},
		{name: "PIN of the registrar", at: wps.KindM2, send: with(wps.AttrDevicePasswordID, 0, 5), want: "M3"},
		{name: "PIN instead of push button", form: overlapping, at: wps.KindM2, send: with(wps.AttrDevicePasswordID, 0, 0), want: "M3"},
		{name: "cut before the nonce", at: wps.KindM2, send: func(x *scene) []byte { return x.genuine[:12] }, want: ignoring},
		// hostap: test_ap_wps_m2_invalid
		{name: "cut in the public key", at: wps.KindM2, send: func(x *scene) []byte { return x.genuine[:200] }, want: nack0},
		{name: "empty", at: wps.KindM2, send: func(*scene) []byte { return nil }, want: ignoring},
		{name: "unknown type", at: wps.KindM2, send: with(wps.AttrMessageType, 0x42), want: ignoring},
		{name: "public key 1", at: wps.KindM2, send: with(wps.AttrPublicKey, small(1)...), want: nack0, is: []error{ErrProtocol, ErrPublicKeyRange}},
		{name: "public key p−1", at: wps.KindM2, send: with(wps.AttrPublicKey, plus(-1)...), want: nack0, is: []error{ErrProtocol, ErrPublicKeyRange}},
		{name: "public key of the enrollee", at: wps.KindM2, send: func(x *scene) []byte {
			return x.sign(x.body().with(wps.AttrPublicKey, x.e.pke[:]...))
		}, want: nack0, is: []error{ErrProtocol, ErrPublicKeyReflected}},
		{name: "public key not in the subgroup", form: subgroup, at: wps.KindM2, send: with(wps.AttrPublicKey, plus(-2)...), want: nack0, is: []error{ErrPublicKeySubgroup}},
		{name: "public key of a stranger", form: strangeKeys, at: wps.KindM2, send: genuine, want: nack20, is: []error{ErrKeyHash}},
		{name: "public key twice", at: wps.KindM2, send: func(x *scene) []byte {
			b := x.body()
			return x.sign(append(b[:len(b)-1:len(b)-1], wps.Attribute{ID: wps.AttrPublicKey, Value: make([]byte, 192)}))
		}, want: nack0, is: []error{ErrProtocol, wps.ErrDuplicate}},
		{name: "M4", at: wps.KindM2, send: with(wps.AttrMessageType, 0x08), want: nack0},
		{name: "M6", at: wps.KindM2, send: with(wps.AttrMessageType, 0x0A), want: nack0},
		{name: "M8", at: wps.KindM2, send: with(wps.AttrMessageType, 0x0C), want: nack0},
		{name: "M3, which only registrars receive", at: wps.KindM2, send: with(wps.AttrMessageType, 0x07), want: ignoring},
		{name: "M1 sent back", at: wps.KindM2, send: func(x *scene) []byte { return x.e.chain }, want: ignoring},
		{name: "NACK before M2", at: wps.KindM2, send: (*scene).busy, want: "NACK 14", is: []error{ErrRefused}, peer: true},
		{name: "ACK", at: wps.KindM2, send: (*scene).ack, want: ignoring},
		{name: "settings that were not asked for", at: wps.KindM2, send: with(wps.AttrEncryptedSettings, make([]byte, 32)...), want: "M3"},
		{name: "handover without settings", form: handover, at: wps.KindM2, send: without(wps.AttrEncryptedSettings), want: nack0},
		{name: "handover with broken settings", form: handover, at: wps.KindM2, send: with(wps.AttrEncryptedSettings, make([]byte, 32)...), want: nack2, is: []error{ErrDecrypt}},
		{name: "handover without credential", form: handover, at: wps.KindM2, send: edited(func(body) body { return nil }), want: nack2, is: []error{ErrDecrypt, wps.ErrMissing}},
		{name: "handover with a stranger's key", form: func() form {
			f := handover()
			f.enrollee.PeerKeyHash = new([20]byte)
			return f
		}, at: wps.KindM2, send: genuine, want: nack20, is: []error{ErrKeyHash}},

		{name: "M2", at: wps.KindM4, send: func(x *scene) []byte {
			return x.sign(parseBody(x.t, x.received(RoleEnrollee)))
		}, want: nack0},
		{name: "M6, damaged or forged", at: wps.KindM4, send: func(x *scene) []byte {
			return x.body().with(wps.AttrMessageType, 0x0A).octets()
		}, want: ignoring},
		{name: "no Message Type, damaged or forged", at: wps.KindM4, send: lacking(wps.AttrMessageType), want: ignoring},
		// hostap: test_wps_ext_proto_ack_m3 test_wps_ext_proto_ack_m3_no_e_nonce
		// test_wps_ext_proto_ack_m3_e_nonce_mismatch test_wps_ext_proto_ack_m3_no_r_nonce
		// test_wps_ext_proto_ack_m3_r_nonce_mismatch test_wps_ext_proto_ack_m3_no_msg_type
		// test_wps_ext_proto_ack_m3_invalid_attr
		{name: "ACK", at: wps.KindM4, send: (*scene).ack, want: ignoring},
		{name: "ACK without Enrollee Nonce", at: wps.KindM4, send: acked(func(b body) body { return b.without(wps.AttrEnrolleeNonce) }), want: ignoring},
		{name: "ACK to another enrollee", at: wps.KindM4, send: acked(func(b body) body { return b.with(wps.AttrEnrolleeNonce, make([]byte, 16)...) }), want: ignoring},
		{name: "ACK without Registrar Nonce", at: wps.KindM4, send: acked(func(b body) body { return b.without(wps.AttrRegistrarNonce) }), want: ignoring},
		{name: "ACK of another registrar", at: wps.KindM4, send: acked(func(b body) body { return b.with(wps.AttrRegistrarNonce, make([]byte, 16)...) }), want: ignoring},
		{name: "ACK without Message Type", at: wps.KindM4, send: acked(func(b body) body { return b.without(wps.AttrMessageType) }), want: ignoring},
		{name: "ACK that is cut", at: wps.KindM4, send: func(x *scene) []byte { return x.ack()[:7] }, want: ignoring},
		// Another registrar may also answer M1, and later.
		{name: "M2D", at: wps.KindM4, send: (*scene).m2d, want: ignoring},
		{name: "wrong Authenticator", at: wps.KindM4, send: flipped(wps.AttrAuthenticator), want: ignoring},
		{name: "damaged settings", at: wps.KindM4, send: flipped(wps.AttrEncryptedSettings), want: ignoring},
		{name: "wrong secret nonce", at: wps.KindM4, send: edited(func(b body) body {
			return b.with(wps.AttrRSNonce1, make([]byte, 16)...)
		}), want: nack18, is: []error{ErrPassword}, half: 1},
		{name: "wrong R-Hash1", at: wps.KindM4, send: with(wps.AttrRHash1, make([]byte, 32)...), want: nack18, is: []error{ErrPassword}, half: 1},
		// The length is not secret, so it is checked with the message.
		{name: "settings of 16 octets", at: wps.KindM4, send: with(wps.AttrEncryptedSettings, make([]byte, 16)...), want: nack0, is: []error{ErrProtocol, wps.ErrLength}},
		{name: "settings of 33 octets", at: wps.KindM4, send: with(wps.AttrEncryptedSettings, make([]byte, 33)...), want: nack2, is: []error{ErrDecrypt}},
		{name: "padding of a value that cannot be", at: wps.KindM4, send: func(x *scene) []byte {
			return x.plaintext(func(p []byte) []byte { p = padded(p); p[len(p)-1] = 17; return p })
		}, want: nack2, is: []error{ErrDecrypt}},
		{name: "padding not all the same", at: wps.KindM4, send: func(x *scene) []byte {
			return x.plaintext(func(p []byte) []byte { p = padded(p); p[len(p)-2] ^= 1; return p })
		}, want: nack2, is: []error{ErrDecrypt}},
		{name: "no Key Wrap Authenticator", at: wps.KindM4, send: func(x *scene) []byte {
			return x.plaintext(func(p []byte) []byte { return padded(p[:len(p)-keyWrapSize]) })
		}, want: nack2, is: []error{ErrDecrypt}},
		{name: "data after the Key Wrap Authenticator", at: wps.KindM4, send: func(x *scene) []byte {
			return x.plaintext(func(p []byte) []byte { return padded(append(p, 0x10, 0xFA, 0, 0)) })
		}, want: nack2, is: []error{ErrDecrypt}},
		{name: "wrong Key Wrap Authenticator", at: wps.KindM4, send: func(x *scene) []byte {
			return x.plaintext(func(p []byte) []byte { p[len(p)-1] ^= 1; return padded(p) })
		}, want: nack2, is: []error{ErrDecrypt}},
		{name: "unknown attributes in the settings", at: wps.KindM4, send: edited(func(b body) body {
			return b.with(0x10FA, 1, 2, 3)
		}), want: "M5"},

		{name: "wrong secret nonce", at: wps.KindM6, send: edited(func(b body) body {
			return b.with(wps.AttrRSNonce2, make([]byte, 16)...)
		}), want: nack18, is: []error{ErrPassword}, half: 2},
		{name: "R-S1 instead of R-S2", at: wps.KindM6, send: edited(func(b body) body {
			return body{{ID: wps.AttrRSNonce1, Value: b.get(wps.AttrRSNonce2)}}
		}), want: nack2, is: []error{ErrDecrypt, wps.ErrMissing}},

		{name: "address of somebody else", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrMACAddress, 4, 5, 6, 7, 8, 9) })
		}, want: "WSC_Done"},
		{name: "SSID with a NUL", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrSSID, append(c.get(wps.AttrSSID), 0)...) })
		}, want: "WSC_Done"},
		{name: "key with a NUL", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrNetworkKey, append(c.get(wps.AttrNetworkKey), 0)...) })
		}, want: "WSC_Done"},
		{name: "empty SSID", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrSSID) })
		}, want: "WSC_Done"},
		{name: "open network without key", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body {
				return c.with(wps.AttrAuthType, 0, 1).with(wps.AttrEncrType, 0, 1).without(wps.AttrNetworkKey)
			})
		}, want: "WSC_Done"},
		{name: "protected network without key", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body { return c.without(wps.AttrNetworkKey) })
		}, want: nack2, is: []error{ErrDecrypt, wps.ErrMissing}},
		{name: "no encryption type at all", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrEncrType, 0, 0) })
		}, want: nack2, is: []error{ErrDecrypt, wps.ErrValue}},
		{name: "WEP", at: wps.KindM8, send: func(x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrAuthType, 0, 1).with(wps.AttrEncrType, 0, 2) })
		}, want: nack0, is: []error{wps.ErrUnusable, wps.ErrWEP}},
		{name: "settings of an access point", at: wps.KindM8, send: func(x *scene) []byte {
			return x.settings(func(b body) body { return parseBody(x.t, b.get(wps.AttrCredential)) })
		}, want: nack2, is: []error{ErrDecrypt}},
		{name: "new password without its name", at: wps.KindM8, send: edited(func(b body) body {
			return b.with(wps.AttrNewPassword, []byte("24681353")...)
		}), want: "WSC_Done"},
		{name: "new password without its name, read strictly", form: func() form {
			f := station()
			f.enrollee.Mode = wps.Strict
			return f
		}, at: wps.KindM8, send: edited(func(b body) body {
			return b.with(wps.AttrNewPassword, []byte("24681353")...)
		}), want: nack2, is: []error{ErrDecrypt, wps.ErrMissing}},
		{name: "NACK 0", at: wps.KindM8, send: func(x *scene) []byte { return x.nack(wps.NoError) }, want: nack0, is: []error{ErrRefused}, peer: true},
		{name: "M6", at: wps.KindM8, send: func(x *scene) []byte {
			return x.sign(parseBody(x.t, x.received(RoleEnrollee)))
		}, want: nack0},

		{name: "address of somebody else", form: writing, at: wps.KindM8, send: edited(func(b body) body {
			return b.with(wps.AttrMACAddress, 4, 5, 6, 7, 8, 9)
		}), want: "WSC_Done"},
		// hostap: test_ap_wps_wep_config
		{name: "WEP for an access point", form: writing, at: wps.KindM8, send: edited(func(b body) body {
			return b.with(wps.AttrEncrType, 0, 2).with(wps.AttrAuthType, 0, 1)
		}), want: nack0, is: []error{wps.ErrUnusable, wps.ErrWEP}},
		{name: "credential for an access point", form: writing, at: wps.KindM8, send: edited(func(b body) body {
			return body{{ID: wps.AttrCredential, Value: b.octets()}}
		}), want: nack2, is: []error{ErrDecrypt}},
		{name: "read-only access point", form: reading, at: wps.KindM8, send: genuine, want: nack15, is: []error{ErrLocked}},
		{name: "locked access point", form: locked, at: wps.KindM2, send: genuine, want: nack15, is: []error{ErrLocked}},
		{name: "access point that gets locked", form: writing, at: wps.KindM2, send: refused(RoleEnrollee, wps.SetupLocked), want: nack15, is: []error{ErrLocked, errWhy}},
		{name: "access point that gets locked", form: writing, at: wps.KindM4, send: refused(RoleEnrollee, wps.SetupLocked), want: nack15, is: []error{ErrLocked, errWhy}},
		{name: "access point that gets locked", form: writing, at: wps.KindM6, send: refused(RoleEnrollee, wps.SetupLocked), want: nack15, is: []error{ErrLocked, errWhy}},
		{name: "access point that gets locked", form: writing, at: wps.KindM8, send: refused(RoleEnrollee, wps.SetupLocked), want: nack15, is: []error{ErrLocked, errWhy}},
		{name: "user that cancels", at: wps.KindM4, send: refused(RoleEnrollee, wps.NoError), want: nack0, is: []error{ErrRefused, errWhy}},
		{name: "NACK 0 to an access point that was not asked to tell", form: accessPoint, at: wps.KindM6, send: func(x *scene) []byte { return x.nack(wps.NoError) }, want: nack0, is: []error{ErrRefused}, peer: true},
		{name: "ACK of another run", form: writing, at: wps.KindACK, send: unsigned(wps.AttrEnrolleeNonce, make([]byte, 16)...), want: ignoring},
		{name: "ACK without nonce", form: writing, at: wps.KindACK, send: lacking(wps.AttrRegistrarNonce), want: ignoring},
		{name: "M8, damaged or forged", form: writing, at: wps.KindACK, send: func(x *scene) []byte {
			return append(bytes.Clone(x.received(RoleEnrollee)), 0)
		}, want: ignoring},
		{name: "NACK of another run", form: writing, at: wps.KindACK, send: foreign((*scene).busy, wps.AttrEnrolleeNonce), want: ignoring},
		// The settings are adopted already, so a NACK of the registrar has no
		// effect.
		{name: "NACK", form: writing, at: wps.KindACK, send: (*scene).busy, want: success},
		{name: "refusal that comes late", form: writing, at: wps.KindACK, send: refused(RoleEnrollee, wps.SetupLocked), want: success},
		{name: "NACK 18 to an access point", form: writing, at: wps.KindM8, send: func(x *scene) []byte { return x.nack(wps.DevicePasswordAuthFailed) }, want: nack18, is: []error{ErrPassword}, half: 2, peer: true},
	})
}

// TestRegistrarFaults checks how a registrar reacts to faults of an enrollee.
//
// hostap: test_wps_ext_ap_settings_missing test_wps_ext_m5_e_snonce1_mismatch
// test_wps_ext_m7_e_snonce2_mismatch test_wps_ext_m3_m1 test_wps_ext_m5_m3
// test_wps_ext_m3_m2 test_wps_ext_m3_m5 test_wps_ext_m3_m7 test_wps_ext_m3_done
// test_wps_ext_m2_ack_invalid test_wps_ext_m2_ack
// test_wps_ext_m2_ack_no_msg_type test_wps_ext_m2_ack_e_nonce_mismatch
// test_wps_ext_m1_invalid test_wps_ext_wsc_done_invalid
// test_wps_ext_wsc_done_no_msg_type test_wps_ext_wsc_done_no_e_nonce
// test_wps_ext_wsc_done_no_r_nonce
func TestRegistrarFaults(t *testing.T) {
	runFaulty(t, []faulty{
		// Before M1 there is no run to protect. hostap ends it by EAP-Failure,
		// as a server does after our NACK.
		{name: "cut", at: wps.KindM1, send: func(x *scene) []byte { return x.genuine[:300] }, want: nack0},
		{name: "empty", at: wps.KindM1, send: func(*scene) []byte { return []byte{} }, want: nack0},
		{name: "nil", at: wps.KindM1, send: func(*scene) []byte { return nil }, want: nack0},
		{name: "unknown type", at: wps.KindM1, send: unsigned(wps.AttrMessageType, 0x42), want: ignoring},
		{name: "M3", at: wps.KindM1, send: unsigned(wps.AttrMessageType, 0x07), want: nack0},
		{name: "M2, which only enrollees receive", at: wps.KindM1, send: unsigned(wps.AttrMessageType, 0x05), want: ignoring},
		{name: "NACK", at: wps.KindM1, send: (*scene).emptyNACK, want: ignoring},
		{name: "Done", at: wps.KindM1, send: (*scene).emptyDone, want: ignoring},
		{name: "public key 0", at: wps.KindM1, send: unsigned(wps.AttrPublicKey, make([]byte, 192)...), want: nack0, is: []error{ErrProtocol, ErrPublicKeyRange}},
		{name: "public key p", at: wps.KindM1, send: unsigned(wps.AttrPublicKey, plus(0)...), want: nack0, is: []error{ErrProtocol, ErrPublicKeyRange}},
		{name: "public key of the registrar", at: wps.KindM1, send: func(x *scene) []byte {
			return x.body().with(wps.AttrPublicKey, cheapPairs()[1].publicKey()[:]...).octets()
		}, want: nack0, is: []error{ErrProtocol, ErrPublicKeyReflected}},
		{name: "public key not in the subgroup", form: subgroup, at: wps.KindM1, send: unsigned(wps.AttrPublicKey, plus(-2)...), want: nack0, is: []error{ErrPublicKeySubgroup}},
		{name: "push button where a PIN is expected", at: wps.KindM1, send: unsigned(wps.AttrDevicePasswordID, 0, 4), want: "M2D"},
		{name: "NFC token where a PIN is expected", at: wps.KindM1, send: unsigned(wps.AttrDevicePasswordID, 0x12, 0x34), want: "M2D"},
		{name: "public key of a stranger", form: func() form {
			f := handover()
			f.registrar.PeerKeyHash = new([20]byte)
			return f
		}, at: wps.KindM1, send: genuine, want: "M2D"},
		{name: "handover with a key that nobody announced", form: func() form {
			f := handover()
			f.first = &Decision{Password: Handover()}
			return f
		}, at: wps.KindM1, send: genuine, want: "M2D"},
		{name: "admitted without password", form: func() form {
			f := station()
			f.first = &Decision{}
			return f
		}, at: wps.KindM1, send: genuine, want: "M2D"},
		{name: "public key 0 where nobody is admitted", form: func() form {
			f := station()
			f.first = &Decision{Refused: true}
			return f
		}, at: wps.KindM1, send: unsigned(wps.AttrPublicKey, make([]byte, 192)...), want: nack0, is: []error{ErrProtocol, ErrPublicKeyRange}},
		{name: "handover and nothing to give", form: func() form {
			f := handover()
			f.registrar.Credentials, f.first = nil, &Decision{Password: f.registrar.Password, PeerKeyHash: f.registrar.PeerKeyHash}
			return f
		}, at: wps.KindM1, send: genuine, want: nack0, is: []error{ErrConfig}},

		{name: "wrong Authenticator", at: wps.KindM3, send: flipped(wps.AttrAuthenticator), want: ignoring},
		{name: "damaged", at: wps.KindM3, send: flipped(wps.AttrEHash1), want: ignoring},
		{name: "M1 of another run", at: wps.KindM3, send: func(x *scene) []byte {
			return parseBody(x.t, x.r.m1.Raw).with(wps.AttrEnrolleeNonce, make([]byte, 16)...).octets()
		}, want: ignoring},
		{name: "M2 sent back", at: wps.KindM3, send: func(x *scene) []byte { return x.r.chain }, want: ignoring},
		{name: "Done", at: wps.KindM3, send: (*scene).done, want: nack0},
		{name: "M5", at: wps.KindM3, send: with(wps.AttrMessageType, 0x09), want: nack0},
		{name: "M7", at: wps.KindM3, send: with(wps.AttrMessageType, 0x0B), want: nack0},
		{name: "ACK", at: wps.KindM3, send: (*scene).ack, want: ignoring},
		{name: "session overlap", form: overlapping, at: wps.KindM3, send: refused(RoleRegistrar, wps.MultiplePBCSessions), want: nack12, is: []error{ErrOverlap, errWhy}},

		{name: "M3", at: wps.KindM5, send: with(wps.AttrMessageType, 0x07), want: nack0},
		{name: "cut", at: wps.KindM5, send: func(x *scene) []byte { return x.genuine[:len(x.genuine)-20] }, want: ignoring},
		{name: "wrong Authenticator", at: wps.KindM5, send: flipped(wps.AttrAuthenticator), want: ignoring},
		{name: "wrong secret nonce", at: wps.KindM5, send: edited(func(b body) body {
			return b.with(wps.AttrESNonce1, make([]byte, 16)...)
		}), want: nack18, is: []error{ErrPassword}, half: 1},
		{name: "session overlap", form: overlapping, at: wps.KindM5, send: refused(RoleRegistrar, wps.MultiplePBCSessions), want: nack12, is: []error{ErrOverlap, errWhy}},
		{name: "NACK 18", at: wps.KindM5, send: func(x *scene) []byte { return x.nack(wps.DevicePasswordAuthFailed) }, want: nack18, is: []error{ErrPassword}, half: 1, peer: true},

		{name: "wrong secret nonce", at: wps.KindM7, send: edited(func(b body) body {
			return b.with(wps.AttrESNonce2, make([]byte, 16)...)
		}), want: nack18, is: []error{ErrPassword}, half: 2},
		{name: "session overlap", form: overlapping, at: wps.KindM7, send: refused(RoleRegistrar, wps.MultiplePBCSessions), want: nack12, is: []error{ErrOverlap, errWhy}},
		{name: "NACK 18", at: wps.KindM7, send: func(x *scene) []byte { return x.nack(wps.DevicePasswordAuthFailed) }, want: nack18, is: []error{ErrPassword}, half: 2, peer: true},
		{name: "no settings of the access point", form: accessPoint, at: wps.KindM7, send: edited(func(b body) body {
			return b[:1]
		}), want: nack2, is: []error{ErrDecrypt, wps.ErrMissing}},
		// hostap: test_wps_ext_ap_settings_mac_addr_mismatch
		{name: "settings with another address", form: accessPoint, at: wps.KindM7, send: edited(func(b body) body {
			return b.with(wps.AttrMACAddress, 4, 5, 6, 7, 8, 9)
		}), want: "WSC_NACK"},
		// Settings that cannot be used are read all the same: the owner of an
		// access point should know them. [wps.Credential.Usable] reports the
		// fault.
		//
		// hostap: test_wps_ext_ap_settings_reject_encr_type
		{name: "settings with WEP", form: accessPoint, at: wps.KindM7, send: edited(func(b body) body {
			return b.with(wps.AttrEncrType, 0, 2).with(wps.AttrAuthType, 0, 1)
		}), want: "WSC_NACK"},
		{name: "settings of a station that is none", at: wps.KindM7, send: edited(func(b body) body {
			return b.with(wps.AttrSSID, 'x')
		}), want: "M8"},
		{name: "nothing to give", form: func() form {
			f := station()
			f.registrar.Credentials = nil
			f.registrar.Faulty = true
			return f
		}, at: wps.KindM7, send: genuine, want: nack0, is: []error{ErrConfig}},

		{name: "nonce of another run", at: wps.KindDone, send: unsigned(wps.AttrRegistrarNonce, make([]byte, 16)...), want: ignoring},
		{name: "no nonce", at: wps.KindDone, send: lacking(wps.AttrEnrolleeNonce), want: ignoring},
		{name: "ACK", at: wps.KindDone, send: (*scene).ack, want: ignoring},
		{name: "M7", at: wps.KindDone, send: func(x *scene) []byte {
			return x.sign(parseBody(x.t, x.received(RoleRegistrar)))
		}, want: nack0},
		{name: "ACK without nonce", at: wps.KindM3, send: func(x *scene) []byte {
			return parseBody(x.t, x.ack()).without(wps.AttrRegistrarNonce).octets()
		}, want: ignoring},
		{name: "NACK 15 of a read-only access point", form: writing, at: wps.KindDone, send: func(x *scene) []byte { return x.nack(wps.SetupLocked) }, want: nack15, is: []error{ErrLocked}, peer: true},
	})
}

// genuine returns the message unchanged: the fault is elsewhere.
func genuine(x *scene) []byte { return x.genuine }

// unsigned is like with, for messages without Authenticator.
func unsigned(id wps.AttributeID, value ...byte) func(*scene) []byte {
	return func(x *scene) []byte { return x.body().with(id, value...).octets() }
}

// lacking is like without, for messages without Authenticator.
func lacking(id wps.AttributeID) func(*scene) []byte {
	return func(x *scene) []byte { return x.body().without(id).octets() }
}

func (x *scene) emptyNACK() []byte { return encoded(x.t, new(wps.NACK)) }
func (x *scene) emptyDone() []byte { return encoded(x.t, new(wps.Done)) }

var errWhy = errors.New("this is why")

// refused makes a side refuse to continue before it receives the genuine
// message.
func refused(by Role, ce wps.ConfigError) func(*scene) []byte {
	return func(x *scene) []byte {
		if by == RoleEnrollee {
			x.e.Refuse(ce, errWhy)
		} else {
			x.r.Refuse(ce, errWhy)
		}
		return x.genuine
	}
}

// TestAttributesMissing removes each mandatory attribute from each message and
// from the settings in it, except those that deployed devices omit.
//
// hostap: test_ap_wps_authenticator_missing_m2
// test_ap_wps_m2_missing_dev_passwd_id test_ap_wps_m2_missing_registrar_nonce
// test_ap_wps_m2_missing_enrollee_nonce test_ap_wps_m2_missing_uuid_r
// test_wps_ext_cred_proto_ssid_missing
// test_wps_ext_cred_proto_auth_type_missing
// test_wps_ext_cred_proto_encr_type_missing
// test_wps_ext_cred_proto_mac_addr_missing test_wps_ext_proto_m2_no_public_key
// test_wps_ext_proto_m4_missing_r_hash1 test_wps_ext_proto_m4_missing_r_hash2
// test_wps_ext_proto_m4_missing_r_snonce1
// test_wps_ext_proto_m4_no_encr_settings
// test_wps_ext_proto_m6_missing_r_snonce2
// test_wps_ext_proto_m6_no_encr_settings test_wps_ext_proto_m8_no_encr_settings
// test_wps_ext_ap_settings_mac_addr_missing test_wps_ext_m3_missing_e_hash1
// test_wps_ext_m3_missing_e_hash2 test_wps_ext_m5_missing_e_snonce1
// test_wps_ext_m7_missing_e_snonce2 test_wps_ext_m1_missing_msg_type
// test_wps_ext_m7_no_encr_settings
func TestAttributesMissing(t *testing.T) {
	var rows []faulty
	for _, m := range []struct {
		form     func() form
		kind     wps.Kind
		settings wps.Kind
	}{
		{nil, wps.KindM1, 0}, {nil, wps.KindM2, 0}, {nil, wps.KindM3, 0},
		{nil, wps.KindM4, wps.KindM4Settings}, {nil, wps.KindM5, wps.KindM5Settings}, {nil, wps.KindM6, wps.KindM6Settings},
		{nil, wps.KindM7, wps.KindM7Settings}, {nil, wps.KindM8, wps.KindM8Settings},
		{writing, wps.KindM7, wps.KindM7APSettings}, {writing, wps.KindM8, wps.KindM8APSettings},
	} {
		for _, rule := range m.kind.Layout() {
			if rule.Presence != wps.Mandatory || rule.Missing != 0 {
				continue
			}
			id := rule.Attribute
			row := faulty{name: fmt.Sprint("no ", id), form: m.form, at: m.kind, want: nack0, is: []error{ErrProtocol, wps.ErrMissing}}
			row.send = func(x *scene) []byte {
				if m.kind == wps.KindM1 || id == wps.AttrAuthenticator {
					return x.body().without(id).octets()
				}
				return x.sign(x.body().without(id))
			}
			// Without the attributes that identify the run, a message is
			// ignored.
			if m.kind != wps.KindM1 && id == receiversNonce(m.kind) || m.kind > wps.KindM2 && id == wps.AttrAuthenticator {
				row.want = ignoring
			}
			rows = append(rows, row)
		}
		for _, rule := range m.settings.Layout() {
			if rule.Presence == wps.Mandatory && rule.Missing == 0 {
				rows = append(rows, faulty{
					name: fmt.Sprintf("no %v in %v", rule.Attribute, m.settings), form: m.form, at: m.kind,
					send: edited(func(b body) body { return b.without(rule.Attribute) }),
					want: nack2, is: []error{ErrDecrypt, wps.ErrMissing},
				})
			}
		}
	}
	for _, rule := range wps.KindCredential.Layout() {
		if rule.Presence == wps.Mandatory && rule.Missing == 0 {
			rows = append(rows, faulty{
				name: fmt.Sprintf("no %v in the credential", rule.Attribute), at: wps.KindM8,
				send: func(x *scene) []byte {
					return x.credential(func(c body) body { return c.without(rule.Attribute) })
				},
				want: nack2, is: []error{ErrDecrypt, wps.ErrMissing},
			})
		}
	}
	runFaulty(t, rows)
}

func receiversNonce(k wps.Kind) wps.AttributeID {
	switch k {
	case wps.KindM3, wps.KindM5, wps.KindM7:
		return wps.AttrRegistrarNonce
	}
	return wps.AttrEnrolleeNonce
}

// TestForgeries gives each side, in each of its states, messages with foreign
// nonces and without a right Authenticator.
//
// hostap: test_ap_wps_authenticator_mismatch_m2 test_ap_wps_authenticator_mismatch_m3
// test_ap_wps_authenticator_mismatch_m4 test_ap_wps_authenticator_mismatch_m5
// test_ap_wps_authenticator_mismatch_m6 test_ap_wps_authenticator_mismatch_m7
// test_ap_wps_authenticator_mismatch_m8 test_wps_ext_proto_nack_m3 test_wps_ext_proto_nack_m5
// test_wps_ext_proto_nack_m3_no_config_error test_wps_ext_proto_nack_m3_no_e_nonce
// test_wps_ext_proto_nack_m3_e_nonce_mismatch test_wps_ext_proto_nack_m3_no_r_nonce
// test_wps_ext_proto_nack_m3_r_nonce_mismatch test_wps_ext_proto_nack_m3_no_msg_type
// test_wps_ext_proto_nack_m3_invalid_attr test_wps_ext_m2_nack_invalid
// test_wps_ext_m2_nack_no_msg_type test_wps_ext_m2_nack_e_nonce_mismatch
// test_wps_ext_m2_nack_no_config_error
func TestForgeries(t *testing.T) {
	var rows []faulty
	for k := wps.KindM2; k <= wps.KindM8; k++ {
		if k == wps.KindM2D {
			continue
		}
		rows = append(rows,
			faulty{name: "nonce of another run", at: k, send: with(receiversNonce(k), make([]byte, 16)...), want: ignoring},
			faulty{name: "wrong Authenticator", at: k, send: flipped(wps.AttrAuthenticator), want: ignoring},
			faulty{name: "Authenticator not at the end", at: k, send: func(x *scene) []byte {
				return append(bytes.Clone(x.genuine), 0x10, 0xFA, 0, 0)
			}, want: ignoring},
			faulty{name: "NACK of another enrollee's run", at: k, send: foreign((*scene).busy, wps.AttrEnrolleeNonce), want: ignoring},
			faulty{name: "NACK without Configuration Error", at: k, send: func(x *scene) []byte {
				return parseBody(x.t, x.nack(0)).without(wps.AttrConfigError).octets()
			}, want: ignoring},
			faulty{name: "NACK with trailing octets", at: k, send: func(x *scene) []byte { return append(x.nack(0), 1, 2, 3) }, want: ignoring},
			faulty{name: "NACK", at: k, send: (*scene).busy, want: "NACK 14", is: []error{ErrRefused}, peer: true},
		)
		if k != wps.KindM2 { // before M2 the enrollee does not know the other nonce
			rows = append(rows, faulty{name: "NACK of another registrar's run", at: k, send: foreign((*scene).busy, wps.AttrRegistrarNonce), want: ignoring})
		}
	}
	runFaulty(t, rows)
}

// foreign returns a message with the nonce of another run.
func foreign(message func(*scene) []byte, nonce wps.AttributeID) func(*scene) []byte {
	return func(x *scene) []byte {
		return parseBody(x.t, message(x)).with(nonce, bytes.Repeat([]byte{0xFF}, 16)...).octets()
	}
}
