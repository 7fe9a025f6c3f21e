package live

import (
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// Frame describes the contents of an EAPOL frame in a few words, such as
// "Request 3 WSC_MSG, 425 octets: M2".
func Frame(f eapol.Frame) string {
	if f.Type != eapol.TypeEAP {
		return f.Type.String()
	}
	p, err := eap.ParsePacket(f.Body)
	if err != nil {
		return err.Error()
	}
	text := p.String()
	if t, err := wps.PeekMessageType(p.Data); p.IsWSC() && err == nil {
		text += ": " + t.String()
	}
	return text
}
