package screenshot

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSVG(t *testing.T) {
	var b strings.Builder
	if err := SVG(&b, "a \x1b[1;33mAT RISK\x1b[0m <&>\n\x1b[7mx\x1b[m", 20, 2); err != nil {
		t.Fatal(err)
	}
	const want = `<svg xmlns="http://www.w3.org/2000/svg" width="192" height="60" viewBox="0 0 192 60" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
<rect width="100%" height="100%" rx="6" fill="#1b1f27"/>
<text y="25" fill="#d8dee9" xml:space="preserve"><tspan x="12.0" textLength="8.4">a</tspan></text>
<text y="25" fill="#f2c94c" font-weight="bold" xml:space="preserve"><tspan x="28.8" textLength="16.8">AT</tspan><tspan x="54.0" textLength="33.6">RISK</tspan></text>
<text y="25" fill="#d8dee9" xml:space="preserve"><tspan x="96.0" textLength="25.2">&lt;&amp;&gt;</tspan></text>
<rect x="12.0" y="30" width="8.4" height="18" fill="#d8dee9"/>
<text y="43" fill="#1b1f27" xml:space="preserve"><tspan x="12.0" textLength="8.4">x</tspan></text>
</svg>
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Whatever a screen holds, the picture is XML.
func FuzzSVG(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b[1;31mred\x1b[0m")
	f.Add("\x1b[m\x1b[")
	f.Add("<script>\x00\xff</script>")
	f.Fuzz(func(t *testing.T, screen string) {
		var b strings.Builder
		if err := SVG(&b, screen, 80, 24); err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, b.String())
			}
		}
	})
}
