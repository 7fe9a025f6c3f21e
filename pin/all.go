package pin

import "iter"

// All yields every valid PIN from the given one on, in the order of their
// numbers: of the 10⁷ PINs of 8 digits, or of the 10⁴ of 4 digits if from has
// 4. The zero value starts at 00000000.
//
// The first PIN is from itself, or the next valid one if its checksum is wrong;
// to continue an interrupted loop, start from the last PIN seen.
//
// All is for exhaustive tests and fuzzing of your own code.
func All(from PIN) iter.Seq[PIN] {
	number, digits := from.parts()
	if digits == 4 {
		return func(yield func(PIN) bool) {
			for n := number; n < fours; n++ {
				if !yield(of4(n)) {
					return
				}
			}
		}
	}
	first := number / 10
	if int(number%10) > Checksum(first) {
		first++
	}
	return func(yield func(PIN) bool) {
		for seven := first; seven < eights/10; seven++ {
			if !yield(of8(10*seven + uint32(Checksum(seven)))) {
				return
			}
		}
	}
}
