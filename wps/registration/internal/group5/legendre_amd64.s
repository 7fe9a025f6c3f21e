//go:build amd64 && !purego

#include "textflag.h"

// func halvingsBMI2(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64)
//
// halvingsBMI2 computes the same as halvingsPortable, in half the time: TZCNT is
// faster than BSF, which the compiler must use, the shifts of BMI2 take their count
// from any register, and no value leaves the registers.
//
// An exchange is a number of conditional moves. ADD, SUB, OR and XOR change the
// carry flag, so they come before the comparison or after the last move. LEA adds
// without changing it.
//
//	AX a   DX highA   DI aa   R9  ba   R11 flips   CX zeros
//	BX b   SI highB   R8 ab   R10 bb   R12 end     R13 to R15 free
TEXT ·halvingsBMI2(SB), NOSPLIT, $0-72
	MOVQ a+0(FP), AX
	MOVQ b+8(FP), BX
	MOVQ highA+16(FP), DX
	MOVQ highB+24(FP), SI
	MOVL $1, DI
	XORL R8, R8
	XORL R9, R9
	MOVL $1, R10
	XORL R11, R11
	MOVQ $(1<<62), R12
	MOVQ AX, CX
	ORQ  R12, CX
	TZCNTQ CX, CX

round:
	SHRXQ CX, AX, AX
	SHRXQ CX, DX, DX
	SHLXQ CX, R9, R9
	SHLXQ CX, R10, R10
	SHRXQ CX, R12, R12

	// flips ^= zeros<<1 & (b ^ b>>1)
	MOVQ BX, R13
	SHRQ $1, R13
	XORQ BX, R13
	ADDQ CX, CX
	ANDQ CX, R13
	XORQ R13, R11

	CMPQ R12, $1
	JEQ  done

	// Both are odd: a&b for flips, and the zeros of a-b, whatever its sign.
	MOVQ   AX, R13
	ANDQ   BX, R13
	MOVQ   AX, CX
	SUBQ   BX, CX
	ORQ    R12, CX
	TZCNTQ CX, CX
	XORL   R14, R14

	// The smaller becomes b, with its coefficients.
	MOVQ    DX, R15
	CMPQ    DX, SI
	CMOVQCS SI, DX
	CMOVQCS R15, SI
	MOVQ    AX, R15
	CMOVQCS BX, AX
	CMOVQCS R15, BX
	CMOVQCC R14, R13
	LEAQ    (DI)(R9*1), R14
	CMOVQCS DI, R9
	MOVQ    R14, DI
	LEAQ    (R8)(R10*1), R15
	CMOVQCS R8, R10
	MOVQ    R15, R8

	// a becomes the difference.
	SUBQ SI, DX
	SUBQ BX, AX
	XORQ R13, R11
	JMP  round

done:
	MOVQ DI, aa+32(FP)
	MOVQ R8, ab+40(FP)
	MOVQ R9, ba+48(FP)
	MOVQ R10, bb+56(FP)
	MOVQ R11, flips+64(FP)
	RET

// func differenceBMI2(dst, x, y *uint64, n int, ofX, ofY uint64) (high uint64)
//
// differenceBMI2 computes ofX·x − ofY·y as differencePortable does, but does not
// change its sign. high is what is above the n words of the result, so its highest
// bit is the sign.
//
//	DI dst   BX y   R8 ofX   R10 carry   R15 index
//	SI x     CX n   R9 ofY   R11 below
TEXT ·differenceBMI2(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), BX
	MOVQ n+24(FP), CX
	MOVQ ofX+32(FP), R8
	MOVQ ofY+40(FP), R9

	MOVQ  (SI), DX
	MULXQ R8, R11, R10
	MOVQ  (BX), DX
	NOTQ  DX
	MULXQ R9, R13, R14
	ADDQ  R13, R11
	ADCQ  R14, R10
	ADDQ  R9, R11
	ADCQ  $0, R10
	MOVL  $1, R15
	JMP   count

digit:
	MOVQ  (SI)(R15*8), DX
	MULXQ R8, AX, R12
	MOVQ  (BX)(R15*8), DX
	NOTQ  DX
	MULXQ R9, R13, R14
	ADDQ  R13, AX
	ADCQ  R14, R12
	ADDQ  R10, AX
	ADCQ  $0, R12
	MOVQ  R12, R10

	// dst[i-1] = word<<2 | below>>62
	SHRQ $62, R11
	LEAQ (R11)(AX*4), R11
	MOVQ R11, -8(DI)(R15*8)
	MOVQ AX, R11
	INCQ R15

count:
	CMPQ R15, CX
	JLT  digit

	SUBQ R9, R10
	SHRQ $62, R11
	LEAQ (R11)(R10*4), R11
	MOVQ R11, -8(DI)(CX*8)
	MOVQ R10, high+48(FP)
	RET
