package pin_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/gowps/gowps/pin"
)

func ExampleParse() {
	for _, typed := range []string{"12345670", "1234-5670", " 1234 5670", "0012"} {
		p, err := pin.Parse(typed)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(p.Len(), "digits:", p.Digits())
	}
	// Output:
	// 8 digits: 12345670
	// 8 digits: 12345670
	// 8 digits: 12345670
	// 4 digits: 0012
}

// A program branches on the class of an error and uses its details; the text is
// for a person.
func ExampleError() {
	for _, typed := range []string{"1234-567", "1234-567O", "1234-5671"} {
		_, err := pin.Parse(typed)
		fmt.Println(err)

		var e *pin.Error
		if errors.Is(err, pin.ErrChecksum) && errors.As(err, &e) {
			fmt.Printf("  mark character %d, offer a %d\n", e.Pos, e.Want)
		}
	}
	// Output:
	// pin: wrong number of digits: 7 where 8 or 4 are needed
	// pin: not a digit: character 9 is the letter 'O', not the digit 0
	// pin: wrong check digit: the last digit should be 0
	//   mark character 9, offer a 0
}

// The owner of a device has chosen a PIN, and the device accepted it.
func ExampleParseAnyChecksum() {
	p, err := pin.ParseAnyChecksum("24681357")
	if err != nil {
		fmt.Println(err)
		return
	}
	if !p.Valid() {
		fmt.Println(p.Digits(), "breaks the checksum rule: other devices may refuse it")
	}
	// Output:
	// 24681357 breaks the checksum rule: other devices may refuse it
}

// The first suggestion is the most probable one.
func ExampleSuggest() {
	for _, typed := range []string{"1234-567O", "123457", "123345670", "12345678"} {
		s := pin.Suggest(typed)
		fmt.Printf("%s: %d, first %s: %v\n", typed, len(s), s[0].PIN.Digits(), s[0])
	}
	// Output:
	// 1234-567O: 1, first 12345670: characters that look like digits were typed for digits
	// 123457: 1, first 00123457: zeros at the beginning are missing
	// 123345670: 1, first 12345670: digit 4 was typed twice
	// 12345678: 10, first 12345670: digit 8, the check digit, is wrong
}

func ExampleComplete() {
	p, err := pin.Complete("1234567")
	fmt.Println(p.Digits(), err)
	// Output:
	// 12345670 <nil>
}

func ExampleChecksum() {
	fmt.Println(pin.Checksum(1234567), pin.Checksum(2468135))
	// Output:
	// 0 3
}

// A device makes a new PIN for each session and shows it.
func ExampleGenerate() {
	p, err := pin.Generate(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Len(), p.Valid())
	// Output:
	// 8 true
}

func ExampleAll() {
	for p := range pin.All(pin.MustParse("12345670")) {
		fmt.Println(p.Digits())
		if p.Digits() > "12345690" {
			break
		}
	}
	// Output:
	// 12345670
	// 12345687
	// 12345694
}

func ExamplePIN_Halves() {
	first, second := pin.MustParse("12345670").Halves()
	fmt.Println(first, second)
	// Output:
	// 1234 5670
}

// Only Digits reveals the digits.
func ExamplePIN_Format() {
	type printer struct {
		Name string
		PIN  pin.PIN
	}
	p := printer{"upstairs", pin.MustParse("12345670")}
	fmt.Printf("%+v\n", p)
	fmt.Println(p.PIN)

	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	log.Info("registering", "pin", p.PIN)
	fmt.Println(p.PIN.Digits())
	// Output:
	// {Name:upstairs PIN:PIN(redacted)}
	// PIN(redacted)
	// level=INFO msg=registering pin=PIN(redacted)
	// 12345670
}

func ExamplePIN_WellKnown() {
	if name, ok := pin.MustParse("12345670").WellKnown(); ok {
		fmt.Println("this PIN is", name)
	}
	// Output:
	// this PIN is the example in manuals and test plans, and the default of many routers
}

// A router's label and its MAC address are known.
func ExamplePIN_DerivedFrom() {
	mac := [6]byte{0x02, 0x00, 0x5e, 0x12, 0xd6, 0x87}
	if name, ok := pin.MustParse("12345670").DerivedFrom(mac); ok {
		fmt.Println("this PIN is computed from", name)
	}
	// Output:
	// this PIN is computed from the last 24 bits of the MAC address
}
