package eapwsc

// packetRules are the rules for a single packet that receivers in the field
// do not enforce. WSC 2.0.5 §7.7.1 lays down the layout; where it is silent,
// a rule is what hostap and iwd both send, or what one of them insists on.
var packetRules = [...]struct {
	field  field
	class  error
	detail string
	broken func(p Packet) bool
}{
	{fieldCode, ErrCode, "EAP-WSC ends with Failure, never with Success",
		func(p Packet) bool { return p.Code == CodeSuccess }},
	{fieldLength.from("RFC 3748 §4.2"), ErrLength, "Success and Failure carry no data",
		func(p Packet) bool { return !p.hasType() && len(p.Data) > 0 }},
	{fieldOpCode, ErrOpCode, "the op-code is not defined",
		func(p Packet) bool { return p.IsWSC() && (p.OpCode < OpStart || p.OpCode > OpFragACK) }},
	{fieldOpCode, ErrOpCode, "only the access point sends WSC_Start",
		func(p Packet) bool { return p.IsWSC() && p.OpCode == OpStart && p.Code != CodeRequest }},
	{fieldFlags, ErrFlags, "reserved flags are set",
		func(p Packet) bool { return p.IsWSC() && p.Flags&flagsReserved != 0 }},
	{fieldFlags, ErrFlags, "WSC_Start and WSC_FRAG_ACK have no flags",
		func(p Packet) bool { return p.IsWSC() && p.OpCode.signal() && p.Flags&^flagsReserved != 0 }},
	{fieldLength.from("WSC 2.0.5 §7.7.1"), ErrLength, "WSC_Start and WSC_FRAG_ACK carry no data",
		func(p Packet) bool { return p.IsWSC() && p.OpCode.signal() && len(p.Data) > 0 }},
	{fieldLength.from("hostap, iwd"), ErrLength, "the packet has no part of a message",
		func(p Packet) bool { return p.IsWSC() && p.OpCode.message() && len(p.Data) == 0 }},
	{fieldFlags.from("iwd"), ErrFlags, "a Message Length, but no more fragments to come",
		func(p Packet) bool { return p.Flags.Has(FlagLengthField) && !p.Flags.Has(FlagMoreFragments) }},
	{fieldMessageLength.from("hostap"), ErrLength, "less than the fragment that it stands before",
		func(p Packet) bool { return p.Flags.Has(FlagLengthField) && int(p.MessageLength) < len(p.Data) }},
}

// Faults returns every departure of this one packet from the rules, in the
// order of its fields, or nil. Most of them do no harm and are passed over by
// the receivers in the field, by hostap's and by a [Reassembler] that is not
// strict. Rules over several packets are the Reassembler's.
func (p Packet) Faults() []*PacketError {
	var faults []*PacketError
	for i := range packetRules {
		if rule := &packetRules[i]; rule.broken(p) {
			faults = append(faults, rule.field.fault(rule.class, "%s", rule.detail))
		}
	}
	return faults
}
