package nfc

import "fmt"

// Format prints the type of the record and the length of the payload, whatever
// the verb: tokens have passwords and network keys.
func (r Record) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "NDEF record %v %s, %d octets", r.TNF, r.Type, len(r.Payload))
}

// Format prints the number of records, and no octet, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "token of %d records", len(t.Records)) }
