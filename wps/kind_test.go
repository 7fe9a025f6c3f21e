package wps

import (
	"strconv"
	"testing"
)

// TestKindEnd checks what the number after the last kind is: nothing.
func TestKindEnd(t *testing.T) {
	for _, kind := range []Kind{0, kindEnd, kindEnd + 1} {
		if NewList(kind) != nil || kind.Layout() != nil || kind.String() != "Kind("+strconv.Itoa(int(kind))+")" {
			t.Errorf("kind %d: %v, %q", kind, NewList(kind), kind)
		}
	}
	for kind := Kind(1); kind < kindEnd; kind++ {
		element := kind == KindBeacon || kind == KindProbeRequest || kind == KindProbeResponse || kind == KindAssociationRequest || kind == KindAssociationResponse
		if kind.isElement() != element {
			t.Errorf("%v is an element: %t", kind, kind.isElement())
		}
	}
}
