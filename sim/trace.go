package sim

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
)

// EventKind is the kind of an [Event].
type EventKind uint8

// The kinds of events.
const (
	Sent    EventKind = iota + 1 // a device sends a frame
	Arrived                      // a device receives it
	Lost                         // a frame did not arrive
	Noted                        // something happened at a device, or a person did something
)

var eventKindNames = [...]string{Sent: "sent", Arrived: "arrived", Lost: "lost", Noted: "noted"}

// String returns the kind in a word.
func (k EventKind) String() string { return enumString("EventKind", eventKindNames[:], uint8(k)) }

// Event is an entry in the trace of a world.
type Event struct {
	At     time.Duration // since the world began
	Kind   EventKind
	From   string // the device that sends, or where something happened
	To     string // the device that receives; empty if all do, or none
	Frame  *Frame // with the octets as sent or as they arrived; nil if Noted
	Damage Damage // what happened to the frame on its way

	// What happened, if Noted.
	Note   Note
	Detail string    // details in words; may be empty
	Report *ap.Event // the access point's event, if Action is Reported
}

// String returns the event in a line, without the content of frames.
func (e Event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%12.6f %-7v %s", e.At.Seconds(), e.Kind, e.From)
	if e.Frame == nil {
		b.WriteString(": ")
		if e.Note.ByOwner() {
			b.WriteString("owner: ")
		}
		b.WriteString(e.Text())
		return b.String()
	}
	to := e.To
	if to == "" {
		to = "all"
	}
	fmt.Fprintf(&b, " > %s: %s, %d octets", to, e.Frame.Name(), len(e.Frame.Body))
	if e.Damage != 0 {
		fmt.Fprintf(&b, " (%v)", e.Damage)
	}
	return b.String()
}

// hashAtOnce is the minimum number of octets of the trace that are hashed at
// once.
const hashAtOnce = 1 << 10

// emit adds an event to the trace.
func (w *World) emit(e Event) {
	e.At = w.now
	w.unhashed = e.appendTo(w.unhashed)
	if len(w.unhashed) > hashAtOnce {
		w.hash.Write(w.unhashed)
		w.unhashed = w.unhashed[:0]
	}
	if w.cfg.Observe != nil {
		w.cfg.Observe(e)
	}
}

// TraceHash returns the SHA-256 of all events so far. It is the same for two
// worlds in which the same octets were sent and received, and the same actions
// happened, at the same times. It covers no words: neither the details of an
// action, nor the report of an access point.
func (w *World) TraceHash() [32]byte {
	w.hash.Write(w.unhashed)
	w.unhashed = w.unhashed[:0]
	return [32]byte(w.hash.Sum(nil))
}

// appendTo appends the event in the form that is hashed. A body that arrives
// unchanged is not repeated.
func (e *Event) appendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(e.At))
	b = append(b, byte(e.Kind), byte(e.Damage), byte(e.Note))
	for _, s := range [...]string{e.From, e.To} {
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	f := e.Frame
	if f == nil {
		return b
	}
	b = append(b, byte(f.Type), byte(f.Band))
	b = append(append(append(b, f.From[:]...), f.To[:]...), f.BSSID[:]...)
	b = binary.BigEndian.AppendUint16(b, f.Code)
	privacy := byte(0)
	if f.Privacy {
		privacy = 1
	}
	b = append(b, privacy)
	if e.Kind == Sent || e.Damage != 0 {
		b = binary.BigEndian.AppendUint16(b, uint16(len(f.Body)))
		b = append(b, f.Body...)
	}
	return b
}
