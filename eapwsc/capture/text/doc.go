// Package text reads what programs print about Wi-Fi Protected Setup: logs,
// scans and hex dumps, as people paste them when a capture is not at hand.
//
// A [Reader] turns the text into the events of package capture, so that the
// same [exchange.Collector] handles both:
//
//	r := text.NewReader(file)
//	c := exchange.NewCollector(r.Keys())
//	for event, err := r.Next(); err == nil; event, err = r.Next() {
//		for _, x := range c.Add(event) { … }
//	}
//	for _, x := range c.Close() { … }
//	fmt.Println(r.Source().Limits) // what the text does not show
//
// # What is understood
//
//   - hostapd and wpa_supplicant: event lines and debug output (-d, -dd, with
//     and without -K and -t) of versions 1.0 to 2.11. Frames that are dumped
//     become the same events; a message that is only mentioned ("WPS: Received M4")
//     becomes a truncated event with what is known of it. An event line
//     such as "WPS-FAIL msg=8 config_error=18" stands for the messages that
//     must have come before.
//   - iwd with -d, and ESP-IDF with its examples, also those for Arduino.
//   - Lists of access points: "iw dev … scan", "iwlist scan", "wpa_cli
//     scan_results" and "bss", wash, airodump-ng, Android's, and NetworkManager's
//     and Windows', which say only what a network's security is. And "hostapd_cli
//     wps_get_status".
//   - The packet list of Wireshark and tshark, also as CSV, as far as its lines
//     name messages; and the fields of packets as tshark writes them with -V,
//     -T json, -T ek, -T pdml and -T fields.
//   - Hex dumps of a WSC message, an element, an EAP or EAPOL packet, an 802.11
//     or Ethernet frame or an NDEF record, in the form of xxd, hexdump -C, od,
//     tcpdump -x and Wireshark, of a C, Go or Python array, or digits with and
//     without separators; and the same in base64.
//
// Each kind of line is a row of one table: see [Patterns]. Lines that match no row
// are skipped. A prefix of the line is allowed, so that lines may come through
// syslog, logread, journalctl, logcat or a forum; the time is read from it.
// Colours are removed, and lines that a mail program or a terminal has wrapped
// are joined.
//
// # Limits
//
// Text has less than a capture, and [Source] says what is missing. Events that
// a program described have Described set: nothing follows from what is missing
// in them. Addresses that are missing, or whose digits were masked, are zero. A
// time without a year is in the year 0.
//
// # Secrets
//
// Logs made with -K hold keys. They are used to verify and decrypt the messages
// of the log and are in no event: see [Reader.Keys]. Of settings only the form
// is kept.
package text
