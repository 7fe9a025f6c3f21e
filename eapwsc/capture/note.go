package capture

// A problem is something that makes a frame, or a part of the file, unusable.
type problem uint8

const (
	noProblem problem = iota
	fileCut
	fileDamaged
	fileGzip
	fileVersion
	fileInterface
	fileResolution
	linkUnknown
	linkShort
	linkRadiotap
	linkBadFCS
	dot11Short
	dot11Fragment
	dot11AMSDU
	managementShort
	managementProtected
	elementsCut
	elementsMalformed
	ssidLong
	securityMalformed
	eapolShort
	eapolCut
	eapolLength
	ipFragment
	radiusMalformed
	radiusEAP
	tcpLost
	httpOther // not UPnP: not reported
	httpMalformed
	httpTooLong
	httpCut
	soapBase64
	soapEvent
	cmduShort
	cmduCut
	cmduLength
)

// problems has the sentence for each problem, and how often it is reported as
// an event of its own in one capture: one persistent fault in a long capture
// must not hide what matters, or fill the memory of a caller that collects
// notes. 0 means problemLimit.
var problems = [...]struct {
	text  string
	limit int
}{
	noProblem:           {"", 0},
	fileCut:             {"The capture ends in the middle of a record.", 0},
	fileDamaged:         {"A record of the capture file is damaged; reading continues at the next plausible one.", 0},
	fileGzip:            {"The compressed data is damaged or cut off; what follows is lost.", 0},
	fileVersion:         {"A section of the capture file has an unknown version; it is skipped.", 0},
	fileInterface:       {"A packet names an interface that the capture file does not describe; it is skipped.", 0},
	fileResolution:      {"An interface has an impossible time resolution; microseconds are assumed.", 0},
	linkUnknown:         {"Frames of an unknown link type are skipped.", 1},
	linkShort:           {"The frame is shorter than its link-layer header.", 0},
	linkRadiotap:        {"The header that the radio put before the frame is malformed.", 0},
	linkBadFCS:          {"Frames that the radio marked as received with errors are skipped.", 1},
	dot11Short:          {"The frame is shorter than its 802.11 header.", 0},
	dot11Fragment:       {"An EAPOL frame came in 802.11 fragments, of which some are missing; it is skipped.", 0},
	dot11AMSDU:          {"An aggregated frame (A-MSDU) is malformed.", 0},
	managementShort:     {"The management frame is shorter than its fixed fields.", 0},
	managementProtected: {"The management frame is encrypted; its contents are unknown.", 0},
	elementsCut:         {"The capture holds only the beginning of the frame; some of its elements are missing.", 0},
	elementsMalformed:   {"An element of the frame is longer than what is left of the frame.", 0},
	ssidLong:            {"The SSID is longer than 32 octets.", 0},
	securityMalformed:   {"The RSN or WPA element is malformed.", 0},
	eapolShort:          {"The frame is too short to hold an EAPOL header.", 0},
	eapolCut:            {"The capture holds only the beginning of the EAPOL frame.", 0},
	eapolLength:         {"The EAPOL or EAP length is larger than the frame.", 0},
	ipFragment:          {"IP fragments are skipped.", 1},
	radiusMalformed:     {"The RADIUS packet is malformed or cut off.", 0},
	radiusEAP:           {"The EAP-Message attributes of the RADIUS packet hold no whole EAP packet.", 0},
	tcpLost:             {"A part of a UPnP message is missing from the capture; the message is skipped.", 0},
	httpMalformed:       {"The HTTP message is malformed.", 0},
	httpTooLong:         {"The HTTP message is too long for a UPnP action; it is skipped.", 0},
	httpCut:             {"The connection ends in the middle of an HTTP message.", 0},
	soapBase64:          {"An argument of the UPnP action is not valid base64.", 0},
	soapEvent:           {"The WLANEvent is shorter than its type and address.", 0},
	cmduShort:           {"The IEEE 1905.1 message is shorter than its header.", 0},
	cmduCut:             {"The capture has only the beginning of an IEEE 1905.1 message; it is skipped.", 0},
	cmduLength:          {"A part of the IEEE 1905.1 message is longer than what is left of it.", 0},
}

const problemLimit = 100

// note reports p, if there is one, as an event of its own, up to its limit.
func (d *decoder) note(p problem) {
	if p == noProblem || p == httpOther {
		return
	}
	limit := problems[p].limit
	if limit == 0 {
		limit = problemLimit
	}
	if d.noted[p] == limit {
		return
	}
	d.noted[p]++
	d.emit(KindNote).Note = problems[p].text
}
