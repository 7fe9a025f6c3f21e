package group5

import (
	"math/big"
	"math/bits"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The kernel is tested here on any processor: listing interprets ifma_amd64.s,
// the file in use, one instruction at a time. The interpreter is independent of
// the generator, and it records the program's path and the addresses accessed.
// Those must be the same for every operand, so that no branch and no address
// depends on a secret.

// instruction is a line of the listing.
type instruction struct {
	name     string
	operands []string
}

// listing has the functions of ifma_amd64.s with their labels, and its data.
type listing struct {
	code   []instruction
	labels map[string]int
	data   []uint64
}

var (
	dataLine = regexp.MustCompile(`^DATA primeDigits<>\+(\d+)\(SB\)/8, \$(0x[0-9a-f]+)$`)
	textLine = regexp.MustCompile(`^TEXT ·(\w+)\(SB\), NOSPLIT, \$0-`)
)

func readListing(t *testing.T) *listing {
	t.Helper()
	text, err := os.ReadFile("ifma_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	l := &listing{labels: make(map[string]int)}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "//")
		switch {
		case line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "GLOBL"):
		case dataLine.MatchString(line):
			m := dataLine.FindStringSubmatch(line)
			word, err := strconv.ParseUint(m[2], 0, 64)
			if at, _ := strconv.Atoi(m[1]); err != nil || at != 8*len(l.data) {
				t.Fatalf("%q: out of order", line)
			}
			l.data = append(l.data, word)
		case textLine.MatchString(line):
			l.labels[textLine.FindStringSubmatch(line)[1]] = len(l.code)
		case strings.HasSuffix(line, ":"):
			l.labels[strings.TrimSuffix(line, ":")] = len(l.code)
		default:
			name, rest, _ := strings.Cut(line, " ")
			var operands []string
			for _, o := range strings.Split(rest, ",") {
				if o = strings.TrimSpace(o); o != "" {
					operands = append(operands, o)
				}
			}
			l.code = append(l.code, instruction{name, operands})
		}
	}
	return l
}

// machine is the state of the processor. Memory is words of 64 bits.
type machine struct {
	*listing
	general map[string]uint64
	vectors [32][8]uint64
	masks   [8]uint64
	zero    bool // the flag
	memory  map[uint64]uint64
	trace   []uint64 // instructions and addresses
}

const dataAt = 1 << 20 // where the listing's data is in memory

// call calls a function with arguments, in a machine with arbitrary contents,
// and returns the machine.
func (l *listing) call(t *testing.T, function string, memory map[uint64]uint64, arguments ...uint64) *machine {
	t.Helper()
	m := &machine{listing: l, general: make(map[string]uint64), memory: memory}
	for i := range m.vectors {
		for j := range m.vectors[i] {
			m.vectors[i][j] = rand.Uint64()
		}
	}
	for i := range m.masks {
		m.masks[i] = rand.Uint64()
	}
	for i, word := range l.data {
		memory[dataAt+8*uint64(i)] = word
	}
	at, ok := l.labels[function]
	if !ok {
		t.Fatalf("no function %s in the listing", function)
	}
	for {
		i := l.code[at]
		m.trace = append(m.trace, uint64(at))
		at++
		if i.name == "RET" {
			return m
		}
		if to := m.step(t, i, arguments); to != "" {
			at = l.labels[to]
		}
	}
}

var memoryOperand = regexp.MustCompile(`^(-?\d+)?\((\w+)\)(?:\((\w+)\*(\d)\))?$`)

// address returns the address of a memory operand.
func (m *machine) address(operand string) uint64 {
	parts := memoryOperand.FindStringSubmatch(operand)
	offset, _ := strconv.ParseInt(parts[1], 10, 64)
	at := uint64(offset) + m.general[parts[2]]
	if parts[3] != "" {
		scale, _ := strconv.ParseUint(parts[4], 10, 64)
		at += scale * m.general[parts[3]]
	}
	return at
}

// touch records an access to memory and returns its address.
func (m *machine) touch(operand string) uint64 {
	at := m.address(operand)
	m.trace = append(m.trace, at)
	return at
}

// get returns an operand of 64 bits.
func (m *machine) get(operand string, arguments []uint64) uint64 {
	switch {
	case operand[0] == '$':
		word, err := strconv.ParseUint(operand[1:], 0, 64)
		if err != nil {
			panic(err)
		}
		return word
	case strings.HasSuffix(operand, "(FP)"):
		_, offset, _ := strings.Cut(strings.TrimSuffix(operand, "(FP)"), "+")
		n, _ := strconv.Atoi(offset)
		return arguments[n/8]
	case strings.Contains(operand, "("):
		return m.memory[m.touch(operand)]
	}
	return m.general[operand]
}

func registerNumber(register string) int {
	n, err := strconv.Atoi(register[1:])
	if err != nil {
		panic(register)
	}
	return n
}

// vector returns an operand of eight lanes.
func (m *machine) vector(operand string) (lanes [8]uint64) {
	if operand[0] == 'Z' || operand[0] == 'X' {
		return m.vectors[registerNumber(operand)]
	}
	at := m.touch(operand)
	for i := range lanes {
		lanes[i] = m.memory[at+8*uint64(i)]
	}
	return lanes
}

// set sets a vector register. An XMM register has two lanes; the others get zero.
func (m *machine) set(register string, lanes [8]uint64) {
	if register[0] == 'X' {
		clear(lanes[2:])
	}
	m.vectors[registerNumber(register)] = lanes
}

// step executes an instruction and returns the label to continue at, if any.
// The operands are in the order of Go's assembler, the destination last.
func (m *machine) step(t *testing.T, i instruction, arguments []uint64) (to string) {
	o := i.operands
	get := func(n int) uint64 { return m.get(o[n], arguments) }
	last := len(o) - 1
	switch i.name {
	case "VZEROUPPER":
	case "MOVQ":
		m.general[o[1]] = get(0)
	case "MOVL":
		m.general[o[1]] = get(0) & (1<<32 - 1)
	case "LEAQ", "LEAL":
		if strings.Contains(o[0], "(SB)") {
			_, offset, _ := strings.Cut(strings.TrimSuffix(o[0], "(SB)"), "+")
			n, _ := strconv.ParseUint(offset, 10, 64)
			m.general[o[1]] = dataAt + n
			break
		}
		m.general[o[1]] = m.address(o[0])
		if i.name == "LEAL" {
			m.general[o[1]] &= 1<<32 - 1
		}
	case "ADDQ":
		m.general[o[1]] += get(0)
	case "ANDQ":
		m.general[o[1]] &= get(0)
	case "IMULQ":
		m.general[o[1]] *= get(0)
	case "XORL":
		m.general[o[1]] = (m.general[o[1]] ^ get(0)) & (1<<32 - 1)
	case "SHRQ":
		m.general[o[1]] >>= get(0)
	case "DECQ":
		m.general[o[0]]--
		m.zero = m.general[o[0]] == 0
	case "MULXQ":
		m.general[o[2]], m.general[o[1]] = bits.Mul64(m.general["DX"], get(0))
	case "JMP":
		return o[0]
	case "JZ":
		if m.zero {
			return o[0]
		}
	case "JNZ":
		if !m.zero {
			return o[0]
		}
	case "KMOVD":
		if o[0][0] == 'K' {
			m.general[o[1]] = m.masks[registerNumber(o[0])] & (1<<32 - 1)
		} else {
			m.masks[registerNumber(o[1])] = get(0) & (1<<32 - 1)
		}
	case "KSHIFTRD":
		m.masks[registerNumber(o[2])] = m.masks[registerNumber(o[1])] & (1<<32 - 1) >> get(0)
	case "KUNPCKBW", "KUNPCKWD":
		width := map[string]int{"KUNPCKBW": 8, "KUNPCKWD": 16}[i.name]
		low := uint64(1)<<width - 1
		m.masks[registerNumber(o[2])] = m.masks[registerNumber(o[1])]&low<<width | m.masks[registerNumber(o[0])]&low
	case "VMOVQ":
		if o[0][0] == 'X' {
			m.general[o[1]] = m.vector(o[0])[0]
		} else {
			m.set(o[1], [8]uint64{get(0)})
		}
	case "VPEXTRQ":
		m.general[o[2]] = m.vector(o[1])[get(0)]
	case "VPBROADCASTQ":
		word := get(0)
		m.set(o[1], [8]uint64{word, word, word, word, word, word, word, word})
	case "VMOVDQU64", "VMOVDQA64":
		if strings.Contains(o[1], "(") {
			at := m.touch(o[1])
			for j, word := range m.vector(o[0]) {
				m.memory[at+8*uint64(j)] = word
			}
			break
		}
		m.set(o[1], m.vector(o[0]))
	case "VMOVDQU64.Z":
		lanes := m.vector(o[0])
		for j := range lanes {
			lanes[j] &= -(m.masks[registerNumber(o[1])] >> j & 1)
		}
		m.set(o[2], lanes)
	case "VALIGNQ":
		low, high := m.vector(o[1]), m.vector(o[2])
		both := append(low[:], high[:]...)
		m.set(o[3], [8]uint64(both[get(0):]))
	case "VPSRLQ":
		lanes := m.vector(o[1])
		for j := range lanes {
			lanes[j] >>= get(0)
		}
		m.set(o[2], lanes)
	case "VPTERNLOGQ":
		if get(0) != 0xFF {
			t.Fatalf("%v: only all ones are known here", i)
		}
		m.set(o[3], [8]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)})
	case "VPCMPEQQ", "VPCMPUQ":
		predicate := uint64(0)
		if i.name == "VPCMPUQ" {
			predicate, o = get(0), o[1:]
		}
		b, a := m.vector(o[0]), m.vector(o[1])
		var mask uint64
		for j := range a {
			if predicate == 0 && a[j] == b[j] || predicate == 6 && a[j] > b[j] {
				mask |= 1 << j
			}
		}
		m.masks[registerNumber(o[2])] = mask
	default:
		f, ok := lanewise[i.name]
		if !ok {
			t.Fatalf("%v: an instruction that is not known here", i)
		}
		b, a, result := m.vector(o[0]), m.vector(o[1]), m.vectors[registerNumber(o[last])]
		mask := ^uint64(0)
		if last == 3 { // lanes excluded by the mask are unchanged
			mask = m.masks[registerNumber(o[2])]
		}
		for j := range result {
			if mask>>j&1 == 1 {
				result[j] = f(a[j], b[j], result[j])
			}
		}
		m.set(o[last], result)
	}
	return ""
}

// lanewise are the instructions that work on each lane separately, with the
// second operand, the first, and the old value of the destination.
var lanewise = map[string]func(a, b, c uint64) uint64{
	"VPXORQ": func(a, b, _ uint64) uint64 { return a ^ b },
	"VPORQ":  func(a, b, _ uint64) uint64 { return a | b },
	"VPANDQ": func(a, b, _ uint64) uint64 { return a & b },
	"VPADDQ": func(a, b, _ uint64) uint64 { return a + b },
	"VPSUBQ": func(a, b, _ uint64) uint64 { return a - b },
	"VPMADD52LUQ": func(a, b, c uint64) uint64 {
		const digit = 1<<52 - 1
		return c + (a&digit)*(b&digit)&digit
	},
	"VPMADD52HUQ": func(a, b, c uint64) uint64 {
		const digit = 1<<52 - 1
		high, low := bits.Mul64(a&digit, b&digit)
		return c + (high<<12 | low>>52)
	},
}

// radix52 returns x as 32 digits of 52 bits.
func radix52(x *big.Int) (z [32]uint64) {
	rest := new(big.Int).Set(x)
	for i := range z {
		z[i] = new(big.Int).And(rest, big.NewInt(1<<52-1)).Uint64()
		rest.Rsh(rest, 52)
	}
	return z
}

// TestListingMultiply compares the listing with the definition of a Montgomery
// product, to the last bit, and its path with that of other operands.
func TestListingMultiply(t *testing.T) {
	l := readListing(t)
	r := new(big.Int).Lsh(big.NewInt(1), 1560)
	ones := new(big.Int).Sub(r, big.NewInt(1))
	negInverse := new(big.Int).Sub(r, new(big.Int).ModInverse(prime, r))
	var course []uint64
	check := func(x, y *big.Int) {
		t.Helper()
		const atX, atY, atZ = 0x1000, 0x2000, 0x3000
		memory := make(map[uint64]uint64)
		for i, word := range radix52(x) {
			memory[atX+8*uint64(i)] = word
		}
		for i, word := range radix52(y) {
			memory[atY+8*uint64(i)] = word
		}
		m := l.call(t, "multiplyIFMA", memory, atZ, atX, atY)

		want := new(big.Int).Mul(x, y)
		q := new(big.Int).Mul(want, negInverse)
		want.Add(want, q.Mul(q.And(q, ones), prime))
		for i, word := range radix52(want.Rsh(want, 1560)) {
			if memory[atZ+8*uint64(i)] != word {
				t.Fatalf("%x · %x: digit %d is %x, want %x", x, y, i, memory[atZ+8*uint64(i)], word)
			}
		}
		if course == nil {
			course = m.trace
		}
		if !slices.Equal(course, m.trace) {
			t.Fatalf("%x · %x: other instructions or addresses than with other operands", x, y)
		}
	}

	double := new(big.Int).Lsh(prime, 1)
	edges := []*big.Int{new(big.Int), big.NewInt(1), big.NewInt(2)}
	for n := int64(-2); n <= 2; n++ {
		edges = append(edges, new(big.Int).Add(prime, big.NewInt(n)))
	}
	edges = append(edges, new(big.Int).Sub(double, big.NewInt(1)), new(big.Int).Rsh(ones, 24)) // all 1536 bits
	for _, x := range edges {
		for _, y := range edges {
			check(x, y)
		}
	}
	check(ones, new(big.Int).Sub(double, big.NewInt(1))) // all digits ones
	check(new(big.Int).Sub(double, big.NewInt(1)), ones)

	random := rand.New(rand.NewPCG(30, 52))
	for range 100 {
		check(randomNumber(random), randomNumber(random))
	}
	// Products whose digits from one boundary to another are all zeros or all
	// ones. For zeros, a carry has passed through all of them.
	y := randomNumber(random)
	y.Mod(y, prime)
	factor := new(big.Int).ModInverse(y, prime)
	factor.Mul(factor, r)
	for low := range uint(30) {
		for high := low + 1; high <= 30; high++ {
			run := new(big.Int).Lsh(big.NewInt(1), (high-low)*52)
			run.Lsh(run.Sub(run, big.NewInt(1)), low*52)
			base := randomNumber(random)
			base.Rsh(base, 1) // below p
			for _, z := range []*big.Int{new(big.Int).AndNot(base, run), new(big.Int).Or(base, run)} {
				z.Mul(z.Mod(z, prime), factor)
				check(z.Mod(z, prime), y)
			}
		}
	}
}

// TestListingLook finds each entry of a table, with the same path for all.
func TestListingLook(t *testing.T) {
	l := readListing(t)
	const table, atZ = 0x10000, 0x3000
	for _, n := range []uint64{1, 16, 32} {
		var course []uint64
		for index := range n + 1 { // the last is none
			memory := make(map[uint64]uint64)
			for i := range n * 32 {
				memory[table+8*i] = rand.Uint64()
			}
			m := l.call(t, "lookIFMA", memory, atZ, table, n, index)
			for i := range uint64(32) {
				want := uint64(0)
				if index < n {
					want = memory[table+8*(32*index+i)]
				}
				if got := memory[atZ+8*i]; got != want {
					t.Fatalf("entry %d of %d: digit %d is %x, want %x", index, n, i, got, want)
				}
			}
			if course == nil {
				course = m.trace
			}
			if !slices.Equal(course, m.trace) {
				t.Fatalf("entry %d of %d: other instructions or addresses than for others", index, n)
			}
		}
	}
}
