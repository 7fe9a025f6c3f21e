package pin

import "errors"

// The classes of error; branch on them with [errors.Is]. Those of a text are
// returned as an [*Error], which says where and why.
var (
	// ErrLength: the number of digits is not one that a PIN can have.
	ErrLength = errors.New("wrong number of digits")
	// ErrCharacter: a character is neither a digit nor a separator.
	ErrCharacter = errors.New("not a digit")
	// ErrChecksum: the last of 8 digits is not the check digit of the others.
	ErrChecksum = errors.New("wrong check digit")
	// ErrRandom: the source of randomness repeats itself.
	ErrRandom = errors.New("source of randomness repeats itself")
)

// Error says what is wrong with the text of a PIN. It holds the character at
// fault and the check digit that was expected; it never holds other digits, so
// that it can be logged.
type Error struct {
	// Err is the class: ErrLength, ErrCharacter or ErrChecksum.
	Err error
	// Pos is the character at fault as a person counts: from 1, separators
	// included, space before the PIN not. It is 0 with ErrLength.
	Pos int
	// Offset is where that character begins, in octets from the start of the
	// text. It is 0 with ErrLength.
	Offset int
	// Digits is how many digits there are, with ErrLength.
	Digits int
	// Want is the check digit that should stand at Pos, with ErrChecksum.
	Want int
	// Detail describes the error in words.
	Detail string
}

// Error returns one sentence.
func (e *Error) Error() string { return "pin: " + e.Err.Error() + ": " + e.Detail }

// Unwrap returns the class of the error.
func (e *Error) Unwrap() error { return e.Err }
