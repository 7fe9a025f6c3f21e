package sim

import (
	"strings"

	"github.com/gowps/gowps/wps"
)

// Two pre-shared keys, which cost nothing to compute.
var fuzzKeys = [...]wps.NetworkKey{
	wps.NetworkKey(strings.Repeat("0123456789abcdef", 4)), wps.NetworkKey(strings.Repeat("fedcba9876543210", 4)),
}
