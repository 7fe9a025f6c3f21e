package eapwsc_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/gowps/gowps/wps/registration"
)

var stateSeed = maphash.MakeSeed()

// state returns a digest of all that decides how a run goes on when a frame has
// been sent: the memory of both ends, the frames in flight, the previous frame in
// each direction, and what is left until each deadline. Two runs with the same
// state at the same frame go on alike, whatever the faults before it were: most of
// them end in one of a few states, such as that of a frame that was not answered.
// A fault that meets the same state twice has the same effect twice.
//
// Which messages came before is not in it. The judge of the run looks at them, but
// has judged each of the two ways to the state without the fault that follows.
func (w *world) state() uint64 {
	d := &digester{now: w.now, seen: make(map[unsafe.Pointer]int)}
	d.SetSeed(stateSeed)
	d.number(uint64(len(w.frames)), w.seed, uint64(w.timeouts))
	d.octets(w.frames[len(w.frames)-1])
	d.octets(w.lastTo[0])
	d.octets(w.lastTo[1])
	for _, f := range w.queue {
		d.value(reflect.ValueOf(f.toStation))
		d.octets(f.packet)
		d.number(uint64(max(f.after-len(w.frames), 0)))
	}
	for _, e := range []*end{w.station, w.accessPoint} {
		d.value(reflect.ValueOf(e.done))
		d.value(reflect.ValueOf(e.silent))
		d.time(e.deadline)
		d.value(reflect.ValueOf(e.machine))
	}
	return d.Sum64()
}

// digester is a hash of values by their contents, exported or not.
type digester struct {
	maphash.Hash
	now  time.Time
	seen map[unsafe.Pointer]int
}

// scratch are fields that are written before they are read, or used only for
// the texts of errors.
var scratch = map[string]bool{
	"Cipher.room": true, "Cipher.aes": true, "mac.hash": true, "mac.sum": true, "mac.scratch": true, "run.room": true, "exchange.ignored": true,
}

func (d *digester) number(numbers ...uint64) {
	for _, n := range numbers {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], n)
		d.Write(b[:])
	}
}

func (d *digester) octets(b []byte) {
	d.number(uint64(len(b)))
	d.Write(b)
}

func (d *digester) time(t time.Time) {
	if t.IsZero() {
		d.number(1)
		return
	}
	d.number(2, uint64(t.Sub(d.now)))
}

func (d *digester) value(v reflect.Value) {
	d.number(uint64(v.Kind()))
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			d.number(1)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		d.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		d.number(v.Uint())
	case reflect.String:
		d.octets([]byte(v.String()))
	case reflect.Func:
		d.value(reflect.ValueOf(v.IsNil()))
	case reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*registration.KeyPair]() { // given, and never changed
			d.value(reflect.ValueOf(v.IsNil()))
			return
		}
		n, again := d.seen[v.UnsafePointer()]
		if !again {
			n = len(d.seen)
			d.seen[v.UnsafePointer()] = n
		}
		d.number(uint64(n))
		if !again {
			d.value(v.Elem())
		}
	case reflect.Interface:
		if v.IsNil() {
			d.number(0)
			return
		}
		d.octets([]byte(v.Elem().Type().String()))
		d.value(v.Elem())
	case reflect.Slice, reflect.Array:
		d.number(uint64(v.Len()))
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			d.Write(v.Bytes())
			return
		}
		for i := range v.Len() {
			d.value(v.Index(i))
		}
	case reflect.Struct:
		t := v.Type()
		if t == reflect.TypeFor[time.Time]() {
			d.time(*(*time.Time)(unsafe.Pointer(v.UnsafeAddr())))
			return
		}
		for i := range v.NumField() {
			if !scratch[t.Name()+"."+t.Field(i).Name] {
				d.value(v.Field(i))
			}
		}
	default:
		panic(fmt.Sprintf("eapwsc: the state holds a %v", v.Type()))
	}
}

// TestEqualStates checks that equal states behave alike: if two runs with one
// fault reach the same state by different paths, the same second fault leads to
// the same frames, and the same end.
func TestEqualStates(t *testing.T) {
	for i := range forms {
		f := &forms[i]
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			plain := f.play(nil)
			ways := make(map[uint64][]fault) // the first way to each state
			turn, compared := 0, 0
			for number := range plain.frames {
				for i, first := range faultsAt(number, plain.frames[number], false) {
					if i%4 != number%4 {
						continue
					}
					w := f.watch([]fault{first}, true)
					for n := number + 1; n < len(w.frames); n++ {
						other, ok := ways[w.states[n]]
						if !ok {
							ways[w.states[n]] = []fault{first}
							continue
						}
						for _, second := range faultsAt(n, w.frames[n], false) {
							if turn++; turn%(samplePairs/3) != 0 {
								continue
							}
							compared++
							a, b := f.play([]fault{first, second}), f.play([]fault{other[0], second})
							if why := differ(a, b, n); why != "" {
								t.Fatalf("%v and %v lead to one state at frame %d, and with %v %s", first, other[0], n, second, why)
							}
						}
					}
				}
			}
			if compared == 0 {
				t.Error("nothing was compared")
			}
			t.Logf("%d states, %d comparisons", len(ways), compared)
		})
	}
}

// differ describes the first difference between two runs from a frame on, or
// returns "".
func differ(a, b *world, from int) string {
	if len(a.frames) != len(b.frames) {
		return fmt.Sprintf("%d and %d frames are sent", len(a.frames), len(b.frames))
	}
	for n := from; n < len(a.frames); n++ {
		if !bytes.Equal(a.frames[n], b.frames[n]) {
			return fmt.Sprintf("frame %d differs", n)
		}
	}
	for i, e := range []*end{a.station, a.accessPoint} {
		o := []*end{b.station, b.accessPoint}[i]
		if e.done != o.done || e.silent != o.silent || (e.err == nil) != (o.err == nil) || (e.result() == nil) != (o.result() == nil) {
			return fmt.Sprintf("%s ends with %v and %v", e.name(), e.err, o.err)
		}
	}
	return ""
}
