package eap

// packetRules are the rules for a single packet that receivers in the field
// do not enforce. WSC 2.0.5 §7.7.1 lays down the layout; where it is silent,
// a rule is what hostap and iwd both send, or what one of them insists on.
var packetRules = [...]struct {
	field  Field
	class  error
	detail string
	broken func(p Packet) bool
}{
	{FieldCode, ErrCode, "EAP-WSC ends with Failure, never with Success",
		func(p Packet) bool { return p.Code == CodeSuccess }},
	{fieldLength.From("RFC 3748 §4.2"), ErrLength, "Success and Failure carry no data",
		func(p Packet) bool { return !p.hasType() && len(p.Data) > 0 }},
	{FieldOpCode, ErrOpCode, "the op-code is not defined",
		func(p Packet) bool { return p.IsWSC() && (p.OpCode < OpStart || p.OpCode > OpFragACK) }},
	{FieldOpCode, ErrOpCode, "only the access point sends WSC_Start",
		func(p Packet) bool { return p.IsWSC() && p.OpCode == OpStart && p.Code != CodeRequest }},
	{fieldFlags, ErrFlags, "reserved flags are set",
		func(p Packet) bool { return p.IsWSC() && p.Flags&flagsReserved != 0 }},
	{fieldFlags, ErrFlags, "WSC_Start and WSC_FRAG_ACK have no flags",
		func(p Packet) bool { return p.IsWSC() && p.OpCode.signal() && p.Flags&^flagsReserved != 0 }},
	{fieldLength.From("WSC 2.0.5 §7.7.1"), ErrLength, "WSC_Start and WSC_FRAG_ACK carry no data",
		func(p Packet) bool { return p.IsWSC() && p.OpCode.signal() && len(p.Data) > 0 }},
	{fieldLength.From("hostap, iwd"), ErrLength, "the packet has no part of a message",
		func(p Packet) bool { return p.IsWSC() && p.OpCode.IsMessage() && len(p.Data) == 0 }},
	{fieldFlags.From("iwd"), ErrFlags, "a Message Length, but no more fragments to come",
		func(p Packet) bool { return p.Flags.Has(FlagLengthField) && !p.Flags.Has(FlagMoreFragments) }},
	{fieldMessageLength.From("hostap"), ErrLength, "less than the fragment that it stands before",
		func(p Packet) bool { return p.Flags.Has(FlagLengthField) && int(p.MessageLength) < len(p.Data) }},
}

// Faults returns every departure of this one packet from the rules, in the
// order of its fields, or nil. Most of them do no harm and are passed over by
// the receivers in the field, by hostap's and by a [Reassembler] that is not
// strict. Rules over several packets are the Reassembler's.
func (p Packet) Faults() []*Error {
	var faults []*Error
	for i := range packetRules {
		if rule := &packetRules[i]; rule.broken(p) {
			faults = append(faults, rule.field.Fault(rule.class, "%s", rule.detail))
		}
	}
	return faults
}
