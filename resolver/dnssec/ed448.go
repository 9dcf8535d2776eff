package dnssec

import (
	"crypto/sha3"
	"math/big"
	"slices"
)

// The standard library has no Ed448. Unbound has it, and a zone that signs
// with it fails at the CA when its signatures do: so verification, which
// handles public values only and need not be constant in time, is done here
// (RFC 8032 §5.2). One check takes a few milliseconds.

// An ed448Point is a point of edwards448 in projective coordinates
// (RFC 8032 §5.2.4): x = X/Z, y = Y/Z.
type ed448Point struct{ x, y, z *big.Int }

const ed448Size = 57 // octets of a point or a scalar

// ed448Curve holds the constants of the curve.
type ed448Curve struct {
	p, l, d *big.Int
	base    ed448Point
}

// edwards448 returns the curve's constants (RFC 8032 §5.2).
func edwards448() ed448Curve {
	one := big.NewInt(1)
	p := new(big.Int).Lsh(one, 448)
	p.Sub(p, new(big.Int).Lsh(one, 224)).Sub(p, one)
	l := new(big.Int).Lsh(one, 446)
	l.Sub(l, decimal("13818066809895115352007386748515426880336692474882178609894547503885"))
	return ed448Curve{
		p: p, l: l, d: new(big.Int).Sub(p, big.NewInt(39081)),
		base: ed448Point{
			x: decimal("224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710"),
			y: decimal("298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660"),
			z: one,
		},
	}
}

func decimal(s string) *big.Int {
	n, _ := new(big.Int).SetString(s, 10)
	return n
}

// verifyEd448 checks a signature over signed, with the empty context that
// DNSSEC uses (RFC 8080 §4, RFC 8032 §5.2.7).
func verifyEd448(key, signed, sig []byte) error {
	c := edwards448()
	a, ok := c.point(key)
	if !ok {
		return errKey
	}
	if len(sig) != 2*ed448Size {
		return errCrypto
	}
	r, ok := c.point(sig[:ed448Size])
	s := littleEndian(sig[ed448Size:])
	if !ok || s.Cmp(c.l) >= 0 {
		return errCrypto
	}
	// SB = R + kA, asked as R = SB + k(-A).
	a.x.Sub(c.p, a.x)
	if !c.same(r, c.combine(s, c.base, c.challenge(key, signed, sig), a)) {
		return errCrypto
	}
	return nil
}

// challenge is k: SHAKE256(dom4(0, "") || R || A || M) as a number.
func (c ed448Curve) challenge(key, signed, sig []byte) *big.Int {
	h := sha3.NewSHAKE256()
	h.Write([]byte("SigEd448\x00\x00"))
	h.Write(sig[:ed448Size])
	h.Write(key)
	h.Write(signed)
	k := make([]byte, 2*ed448Size)
	h.Read(k)
	n := littleEndian(k)
	return n.Mod(n, c.l)
}

func littleEndian(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// point decodes a point (RFC 8032 §5.2.3).
func (c ed448Curve) point(b []byte) (ed448Point, bool) {
	if len(b) != ed448Size || b[ed448Size-1]&0x7f != 0 {
		return ed448Point{}, false
	}
	y := littleEndian(b[:ed448Size-1])
	if y.Cmp(c.p) >= 0 {
		return ed448Point{}, false
	}
	one := big.NewInt(1)
	yy := c.mul(y, y)
	u := new(big.Int).Sub(yy, one)
	v := c.mul(c.d, yy)
	v.Sub(v, one)
	x := c.mul(u, v.ModInverse(v.Mod(v, c.p), c.p))
	if x.ModSqrt(x, c.p) == nil {
		return ed448Point{}, false
	}
	odd := uint(b[ed448Size-1] >> 7)
	if x.Sign() == 0 && odd == 1 {
		return ed448Point{}, false
	}
	if x.Bit(0) != odd {
		x.Sub(c.p, x)
	}
	return ed448Point{x, y, one}, true
}

func (c ed448Curve) mul(a, b *big.Int) *big.Int {
	m := new(big.Int).Mul(a, b)
	return m.Mod(m, c.p)
}

// add is the addition of RFC 8032 §5.2.4; it is complete and doubles too.
func (c ed448Curve) add(p, q ed448Point) ed448Point {
	a := c.mul(p.z, q.z)
	b := c.mul(a, a)
	xx, yy := c.mul(p.x, q.x), c.mul(p.y, q.y)
	e := c.mul(c.d, c.mul(xx, yy))
	f, g := new(big.Int).Sub(b, e), new(big.Int).Add(b, e)
	h := c.mul(new(big.Int).Add(p.x, p.y), new(big.Int).Add(q.x, q.y))
	h.Sub(h, xx).Sub(h, yy)
	return ed448Point{
		x: c.mul(c.mul(a, f), h),
		y: c.mul(c.mul(a, g), new(big.Int).Sub(yy, xx)),
		z: c.mul(f, g),
	}
}

// combine returns mP + nQ, both products in one pass over the bits.
func (c ed448Curve) combine(m *big.Int, p ed448Point, n *big.Int, q ed448Point) ed448Point {
	both := c.add(p, q)
	sum := ed448Point{big.NewInt(0), big.NewInt(1), big.NewInt(1)}
	for i := max(m.BitLen(), n.BitLen()) - 1; i >= 0; i-- {
		sum = c.add(sum, sum)
		switch m.Bit(i) | n.Bit(i)<<1 {
		case 1:
			sum = c.add(sum, p)
		case 2:
			sum = c.add(sum, q)
		case 3:
			sum = c.add(sum, both)
		}
	}
	return sum
}

func (c ed448Curve) same(p, q ed448Point) bool {
	return c.mul(p.x, q.z).Cmp(c.mul(q.x, p.z)) == 0 && c.mul(p.y, q.z).Cmp(c.mul(q.y, p.z)) == 0
}
