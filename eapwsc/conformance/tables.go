package conformance

import (
	"github.com/gowps/gowps/wps"
)

func apRegistrarMessages() []*Case {
	return family{
		prefix: "AP-REG", role: APRegistrar, needs: NeedEnterPIN,
		messages: []wps.MessageType{wps.MessageM1, wps.MessageM3, wps.MessageM5, wps.MessageM7, wps.MessageDone},
		before:   []step{enter(stationPIN)}, attempt: attempt{station: 1},
	}.cases()
}

func apEnrolleeMessages() []*Case {
	return family{
		prefix: "AP-ENR", role: APEnrollee, needs: NeedOwnPIN | NeedUnlock,
		messages: []wps.MessageType{wps.MessageM2, wps.MessageM4, wps.MessageM6, wps.MessageM8},
		attempt:  attempt{station: 1, method: byOwnPIN, write: true},
	}.cases()
}

func stationMessages() []*Case {
	return family{
		prefix: "STA-ENR", role: Station, needs: NeedOwnPIN,
		messages: []wps.MessageType{wps.MessageM2, wps.MessageM4, wps.MessageM6, wps.MessageM8},
		attempt:  attempt{station: 1},
	}.cases()
}

func registrarMessages() []*Case {
	return family{
		prefix: "ER", role: Registrar, needs: NeedEnterPIN,
		messages: []wps.MessageType{wps.MessageM1, wps.MessageM3, wps.MessageM5, wps.MessageM7},
		attempt:  attempt{station: 1, write: true},
	}.cases()
}
