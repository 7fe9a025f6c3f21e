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

// The kernels are tested here on any processor: listing interprets the files of
// assembly that are in use, one instruction at a time. The interpreter is
// independent of the generators, and it records the program's path and the
// addresses accessed. Those must be the same for every operand, so that no
// branch and no address depends on a secret. A function must not access other
// memory than its arguments, its frame and the tables.
//
// Whether Go's assembler makes the right machine code of a line is not tested
// here. Other tests execute the kernels, where the processor has the
// instructions; .ci/ifma runs them on an emulated processor with AVX-512 IFMA.

// instruction is a line of the listing.
type instruction struct {
	name     string
	operands []string
}

// listing has the functions of a file with their labels, and its data.
type listing struct {
	code       []instruction
	labels     map[string]int
	frames     map[string]uint64 // the size of each function's frame in octets
	data       []uint64
	tables     map[string]uint64    // where each table begins in data, in octets
	references map[string]reference // by operand
}

var (
	dataLine = regexp.MustCompile(`^DATA (\w+)<>\+(\d+)\(SB\)/8, \$(0x[0-9a-f]+)$`)
	textLine = regexp.MustCompile(`^TEXT ·(\w+)\(SB\), NOSPLIT, \$(\d+)-`)
)

func readListing(t *testing.T, file string) *listing {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l := &listing{labels: make(map[string]int), frames: make(map[string]uint64), tables: make(map[string]uint64),
		references: make(map[string]reference)}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "//")
		switch {
		case line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "GLOBL"):
		case dataLine.MatchString(line):
			m := dataLine.FindStringSubmatch(line)
			next := 8 * uint64(len(l.data))
			begin, ok := l.tables[m[1]]
			if !ok {
				begin, l.tables[m[1]] = next, next
			}
			word, err := strconv.ParseUint(m[3], 0, 64)
			if at, _ := strconv.ParseUint(m[2], 10, 64); err != nil || begin+at != next {
				t.Fatalf("%q: out of order", line)
			}
			l.data = append(l.data, word)
		case textLine.MatchString(line):
			m := textLine.FindStringSubmatch(line)
			l.labels[m[1]] = len(l.code)
			l.frames[m[1]], _ = strconv.ParseUint(m[2], 10, 64)
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

// machine is the state of the processor. Memory is words of 64 bits, those that
// the function may access.
type machine struct {
	*listing
	t        *testing.T
	now      instruction // the one being executed
	general  map[string]uint64
	vectors  [32][8]uint64
	masks    [8]uint64
	zero     bool   // flags
	carry    uint64 // 0 or 1
	overflow uint64
	memory   map[uint64]uint64
	trace    []uint64 // instructions and addresses
	products int      // how many MULX were executed
	upper    bool     // above the lowest two lanes, a vector register is in use
}

const (
	dataAt  = 1 << 20 // where the listing's data is in memory
	stackAt = 1 << 21
)

// call calls a function with arguments, in a machine with arbitrary contents,
// and returns the machine. The memory is that of the arguments.
func (l *listing) call(t *testing.T, function string, memory map[uint64]uint64, arguments ...uint64) *machine {
	t.Helper()
	m := &machine{listing: l, t: t, general: map[string]uint64{"SP": stackAt}, memory: memory}
	for _, register := range strings.Fields("AX BX CX DX SI DI BP R8 R9 R10 R11 R12 R13 R14 R15") {
		m.general[register] = rand.Uint64()
	}
	for i := range l.frames[function] / 8 {
		memory[stackAt+8*i] = rand.Uint64()
	}
	m.carry, m.overflow, m.zero = rand.Uint64()&1, rand.Uint64()&1, rand.Uint64()&1 == 0
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
			if m.upper {
				t.Fatal("no VZEROUPPER: instructions of SSE are slow afterwards")
			}
			return m
		}
		if to := m.step(i, arguments); to != "" {
			at = l.labels[to]
		}
	}
}

var memoryOperand = regexp.MustCompile(`^(-?\d+)?\((\w+)\)(?:\((\w+)\*(\d)\))?$`)

// reference is a memory operand: offset + base + scale·index.
type reference struct {
	offset, scale uint64
	base, index   string
}

func parseReference(operand string) (r reference) {
	parts := memoryOperand.FindStringSubmatch(operand)
	offset, _ := strconv.ParseInt(parts[1], 10, 64)
	r.offset, r.base, r.index = uint64(offset), parts[2], parts[3]
	r.scale, _ = strconv.ParseUint(parts[4], 10, 64) // 0 without an index
	return r
}

// address returns the address of a memory operand.
func (m *machine) address(operand string) uint64 {
	r, ok := m.references[operand]
	if !ok {
		r = parseReference(operand)
		m.references[operand] = r
	}
	return r.offset + m.general[r.base] + r.scale*m.general[r.index]
}

// touch records an access to memory and returns its address.
func (m *machine) touch(operand string) uint64 {
	at := m.address(operand)
	m.trace = append(m.trace, at)
	return at
}

// load returns a word of memory.
func (m *machine) load(at uint64) uint64 {
	word, ok := m.memory[at]
	if !ok {
		m.t.Fatalf("%v: access to other memory, at %#x", m.now, at)
	}
	return word
}

// store sets a word of memory.
func (m *machine) store(at, word uint64) {
	m.load(at)
	m.memory[at] = word
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
		return m.load(m.touch(operand))
	}
	return m.general[operand]
}

// put sets an operand of 64 bits.
func (m *machine) put(operand string, word uint64) {
	if strings.Contains(operand, "(") {
		m.store(m.touch(operand), word)
		return
	}
	m.general[operand] = word
}

// add returns the sum of two words and a carry, and sets the flags.
func (m *machine) add(x, y, carry uint64) (sum uint64) {
	sum, m.carry = bits.Add64(x, y, carry)
	m.overflow = (x ^ sum) & (y ^ sum) >> 63
	m.zero = sum == 0
	return sum
}

// subtract returns x − y − borrow, and sets the flags.
func (m *machine) subtract(x, y, borrow uint64) (difference uint64) {
	difference, m.carry = bits.Sub64(x, y, borrow)
	m.overflow = (x ^ y) & (x ^ difference) >> 63
	m.zero = difference == 0
	return difference
}

// logic sets the flags as a logical operation does.
func (m *machine) logic(word uint64) uint64 {
	m.carry, m.overflow, m.zero = 0, 0, word == 0
	return word
}

func registerNumber(register string) int {
	n, err := strconv.Atoi(register[1:])
	if err != nil {
		panic(register)
	}
	return n
}

// vector returns an operand of eight lanes, or as many as the destination has.
func (m *machine) vector(operand string) (lanes [8]uint64) {
	if strings.ContainsRune("XYZ", rune(operand[0])) {
		return m.vectors[registerNumber(operand)]
	}
	at := m.touch(operand)
	for i := range lanesOf(m.now.operands[len(m.now.operands)-1]) {
		lanes[i] = m.load(at + 8*uint64(i))
	}
	return lanes
}

// lanesOf returns how many lanes a register has.
func lanesOf(register string) int {
	return map[byte]int{'X': 2, 'Y': 4, 'Z': 8}[register[0]]
}

// set sets a vector register. The lanes above it get zero.
func (m *machine) set(register string, lanes [8]uint64) {
	clear(lanes[lanesOf(register):])
	m.upper = m.upper || lanesOf(register) > 2
	m.vectors[registerNumber(register)] = lanes
}

// step executes an instruction and returns the label to continue at, if any.
// The operands are in the order of Go's assembler, the destination last.
func (m *machine) step(i instruction, arguments []uint64) (to string) {
	m.now = i
	o := i.operands
	get := func(n int) uint64 { return m.get(o[n], arguments) }
	last := len(o) - 1
	switch i.name {
	case "VZEROUPPER":
		for j := range 16 {
			clear(m.vectors[j][2:])
		}
		m.upper = false
	case "MOVQ":
		m.put(o[1], get(0))
	case "MOVL":
		m.general[o[1]] = get(0) & (1<<32 - 1)
	case "LEAQ", "LEAL":
		if strings.Contains(o[0], "(SB)") {
			table, offset, _ := strings.Cut(strings.TrimSuffix(o[0], "(SB)"), "<>+")
			n, _ := strconv.ParseUint(offset, 10, 64)
			begin, ok := m.tables[table]
			if !ok {
				m.t.Fatalf("%v: no such table", i)
			}
			m.general[o[1]] = dataAt + begin + n
			break
		}
		m.general[o[1]] = m.address(o[0])
		if i.name == "LEAL" {
			m.general[o[1]] &= 1<<32 - 1
		}
	case "ADDQ":
		m.put(o[1], m.add(get(1), get(0), 0))
	case "ADCQ":
		m.put(o[1], m.add(get(1), get(0), m.carry))
	case "SUBQ":
		m.put(o[1], m.subtract(get(1), get(0), 0))
	case "SBBQ":
		m.put(o[1], m.subtract(get(1), get(0), m.carry))
	case "CMPQ":
		m.subtract(get(0), get(1), 0)
	case "ADCXQ":
		m.general[o[1]], m.carry = bits.Add64(get(1), get(0), m.carry)
	case "ADOXQ":
		m.general[o[1]], m.overflow = bits.Add64(get(1), get(0), m.overflow)
	case "ANDQ":
		m.general[o[1]] = m.logic(get(1) & get(0))
	case "IMULQ":
		m.general[o[1]] *= get(0)
	case "XORL":
		m.general[o[1]] = m.logic((get(1) ^ get(0)) & (1<<32 - 1))
	case "SHRQ":
		m.general[o[1]] >>= get(0)
	case "DECQ":
		m.general[o[0]]--
		m.zero = m.general[o[0]] == 0
	case "MULXQ":
		m.products++
		m.general[o[2]], m.general[o[1]] = bits.Mul64(m.general["DX"], get(0))
	case "JMP":
		return o[0]
	case "JZ", "JEQ":
		if m.zero {
			return o[0]
		}
	case "JNZ", "JNE":
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
	case "VMOVDQU64", "VMOVDQA64", "VMOVDQU", "MOVUPS":
		if strings.Contains(o[1], "(") {
			at, lanes := m.touch(o[1]), m.vector(o[0])
			for j, word := range lanes[:lanesOf(o[0])] {
				m.store(at+8*uint64(j), word)
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
			m.t.Fatalf("%v: only all ones are known here", i)
		}
		m.set(o[3], [8]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)})
	case "VPCMPEQQ", "VPCMPUQ":
		predicate := uint64(0)
		if i.name == "VPCMPUQ" {
			predicate, o = get(0), o[1:]
		}
		b, a := m.vector(o[0]), m.vector(o[1])
		if o[2][0] == 'Y' { // lanes of ones and of zeros
			var lanes [8]uint64
			for j := range lanes {
				if a[j] == b[j] {
					lanes[j] = ^uint64(0)
				}
			}
			m.set(o[2], lanes)
			break
		}
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
			m.t.Fatalf("%v: an instruction that is not known here", i)
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
	"PXOR":   func(_, b, c uint64) uint64 { return b ^ c },
	"VPXOR":  func(a, b, _ uint64) uint64 { return a ^ b },
	"VPOR":   func(a, b, _ uint64) uint64 { return a | b },
	"VPAND":  func(a, b, _ uint64) uint64 { return a & b },
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

// listings calls a test with the listing of each kernel.
func listings(t *testing.T, test func(t *testing.T, r *radix, l *listing)) {
	for _, r := range radices {
		t.Run(r.kernel, func(t *testing.T) {
			test(t, &r, readListing(t, strings.ToLower(r.kernel)+"_amd64.s"))
		})
	}
}

// TestListingMultiply compares the listings with the definition of a Montgomery
// product, to the last bit, and their path with that of other operands.
func TestListingMultiply(t *testing.T) {
	listings(t, func(t *testing.T, r *radix, l *listing) {
		courses := make(map[[3]uint64][]uint64) // by the arguments' addresses
		multiply := func(z, x, y []uint64) {
			t.Helper()
			memory := make(map[uint64]uint64)
			var arguments [3]uint64
			all := [3][]uint64{z, x, y}
			for i, number := range all {
				same := slices.IndexFunc(all[:], func(n []uint64) bool { return &n[0] == &number[0] })
				arguments[i] = 0x1000 * uint64(same+1)
				for j, word := range number {
					memory[arguments[i]+8*uint64(j)] = word
				}
			}
			m := l.call(t, "multiply"+r.kernel, memory, arguments[:]...)
			if r.kernel == "ADX" { // its product is on the stack
				for i := range 2 * uint64(r.size) {
					if memory[stackAt+8*i] != 0 {
						t.Fatal("the product is left on the stack")
					}
				}
				want := 1152 + 24 // as adx_amd64.go says
				if arguments[1] == arguments[2] {
					want = 876 + 24
				}
				if m.products != want {
					t.Fatalf("%d multiplications, not %d", m.products, want)
				}
			}
			for i, number := range all { // the factors too, because they must not change
				for j := range number {
					number[j] = memory[arguments[i]+8*uint64(j)]
				}
			}
			if courses[arguments] == nil {
				courses[arguments] = m.trace
			}
			if !slices.Equal(courses[arguments], m.trace) {
				t.Fatal("other instructions or addresses than with other operands")
			}
		}
		check := func(x, y *big.Int) {
			t.Helper()
			if r.check(t, multiply, x, y); t.Failed() {
				t.FailNow()
			}
		}
		edges := r.edges()
		for _, x := range edges {
			for _, y := range edges {
				check(x, y)
			}
		}
		ones := new(big.Int).Sub(r.r(), big.NewInt(1))
		check(ones, edges[len(edges)-1])
		check(edges[len(edges)-1], ones)
		for _, x := range append(r.boundaries(), r.ripples()...) {
			check(x, x)
		}
		r.random(30, check)
		r.carries(func(x, y *big.Int) {
			t.Helper()
			z := r.digits(new(big.Int))
			multiply(z, r.digits(x), r.digits(y))
			if want := r.digits(r.product(x, y)); !slices.Equal(z, want) {
				t.Fatalf("%x · %x:\n got %x\nwant %x", x, y, z, want)
			}
		})
	})
}

// TestListingLook finds each entry of a table, with the same path for all.
func TestListingLook(t *testing.T) {
	listings(t, func(t *testing.T, r *radix, l *listing) {
		const table, atZ = 0x10000, 0x3000
		size := uint64(r.size)
		for _, n := range []uint64{1, 16, 32} {
			var course []uint64
			for index := range n + 1 { // the last is none
				memory := make(map[uint64]uint64)
				for i := range size {
					memory[atZ+8*i] = rand.Uint64()
				}
				for i := range n * size {
					memory[table+8*i] = rand.Uint64()
				}
				m := l.call(t, "look"+r.kernel, memory, atZ, table, n, index)
				for i := range size {
					want := uint64(0)
					if index < n {
						want = memory[table+8*(size*index+i)]
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
	})
}
