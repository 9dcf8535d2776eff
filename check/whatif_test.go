package check

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/survey"
)

// supposed parses changes or fails the test.
func supposed(t *testing.T, texts ...string) []CAAChange {
	t.Helper()
	cs, err := ParseCAAChanges(texts, NormalizeName)
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

func TestSuppose(t *testing.T) {
	tests := []struct {
		name     string
		at       string // where what is published stands
		have     string // "" for nothing
		suppose  []string
		from, to Verdict
	}{
		{"another CA in its place", "example.com", `0 issue "digicert.com"`, []string{`example.com CAA 0 issue "letsencrypt.org"`}, Blocked, Ready},
		{"a second CA beside it", "example.com", `0 issue "digicert.com"`, []string{`+example.com CAA 0 issue "letsencrypt.org"`}, Blocked, Ready},
		{"both make the set", "example.com", "", []string{`example.com CAA 0 issue "digicert.com"`, `example.com CAA 0 issue "letsencrypt.org"`}, Ready, Ready},
		{"the other CA alone", "example.com", `0 issue "letsencrypt.org"`, []string{`example.com CAA 0 issue "digicert.com"`}, Ready, Blocked},
		{"none left", "example.com", `0 issue "digicert.com"`, []string{`example.com CAA`}, Blocked, Ready},
		{"a set of one's own below", "example.com", `0 issue "digicert.com"`, []string{`www.example.com CAA 0 issue "letsencrypt.org"`}, Blocked, Ready},
		{"a critical one", "example.com", "", []string{`example.com CAA 128 policy "x"`}, Ready, Blocked},
		{"one that cannot be parsed", "example.com", "", []string{`example.com CAA \# 2 0009`}, Ready, Blocked},
		{"one in the form for unknown types", "example.com", `0 issue "digicert.com"`, []string{`example.com TYPE257 \# 22 000569737375656c657473656e63727970742e6f7267`}, Blocked, Ready},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("www.example.com")
			if tt.have != "" {
				w.ask("example.com", tt.at, "CAA", caaAnswer(tt.have))
			}
			if j := judgeCAA(t, w, letsEncrypt()); j.Verdict != tt.from {
				t.Errorf("%s as published, want %s", j.Verdict, tt.from)
			}
			s, err := Suppose(w.Survey, supposed(t, tt.suppose...))
			if err != nil {
				t.Fatal(err)
			}
			if j := judgeCAA(t, world{s}, letsEncrypt()); j.Verdict != tt.to {
				t.Errorf("%s as supposed, want %s", j.Verdict, tt.to)
			}
			if j := judgeCAA(t, w, letsEncrypt()); j.Verdict != tt.from {
				t.Errorf("the survey has changed: %s", j.Verdict)
			}
		})
	}
}

// Records do not help where servers answer no CAA query at all.
func TestSupposeHealsNoServer(t *testing.T) {
	w := newWorld("www.example.com")
	w.ask("example.com", "www.example.com", "CAA", lameAnswer("notimp"))
	s, err := Suppose(w.Survey, supposed(t, `www.example.com CAA 0 issue "letsencrypt.org"`))
	if err != nil {
		t.Fatal(err)
	}
	if j := judgeCAA(t, world{s}, letsEncrypt()); j.Verdict != Blocked {
		t.Error(j.Verdict)
	}
}

func TestSupposeRefuses(t *testing.T) {
	w := newWorld("www.example.com")
	if _, err := Suppose(w.Survey, supposed(t, `example.net CAA`)); err == nil || !strings.Contains(err.Error(), "www.example.com") {
		t.Errorf("a name that nobody asks for: %v", err)
	}
	w.ask("example.com", "www.example.com", "CAA", and(aliasTo("shop.example.net"), func(a *survey.Answer) { a.Owner = "shop.example.net" }))
	if _, err := Suppose(w.Survey, supposed(t, `www.example.com CAA 0 issue ";"`)); err == nil || !strings.Contains(err.Error(), "alias of shop.example.net") {
		t.Errorf("beside an alias: %v", err)
	}
}

func TestParseCAAChanges(t *testing.T) {
	got := supposed(t, ` Example.COM. 300 IN CAA 0 issue "ca.example; a=b" ; why`, `example.com caa 0 iodef mailto:a@b.example`, `+www.example.com CAA \# 2 0009`, `old.example.com CAA`)
	var brief [][]string
	for _, c := range got {
		line := []string{c.Owner}
		if c.Add {
			line = append(line, "+")
		}
		for _, r := range c.Records {
			line = append(line, r.Text+r.Bad)
		}
		brief = append(brief, line)
	}
	want := [][]string{
		{"example.com", `0 issue "ca.example; a=b"`, `0 iodef "mailto:a@b.example"`},
		{"www.example.com", "+", `\# 2 0009CAA RDATA: the tag has 9 octets, and only 0 follow`},
		{"old.example.com"},
	}
	if diff := cmp.Diff(want, brief); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseCAAChangesRefuses(t *testing.T) {
	tests := map[string][]string{
		"it is empty":                     {""},
		"has no type CAA":                 {"example.com"},
		`has "TXT" where the type CAA`:    {`example.com TXT "x"`},
		`never at the "*"`:                {`*.example.com CAA 0 issue ";"`},
		"adds nothing":                    {`+example.com CAA`},
		"both replaced and added":         {`example.com CAA 0 issue ";"`, `+example.com CAA 0 issue "a.example"`},
		"both emptied and given records":  {`example.com CAA`, `example.com CAA 0 issue ";"`},
		"a number from 0 to 255":          {`example.com CAA 256 issue ";"`},
		"flags, tag and value are needed": {`example.com CAA 0`},
		"pairs of hexadecimal digits":     {`example.com CAA \# 2 00zz`},
	}
	for want, texts := range tests {
		if _, err := ParseCAAChanges(texts, NormalizeName); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", texts, err, want)
		}
	}
}

func FuzzParseCAAChanges(f *testing.F) {
	for _, s := range []string{`example.com CAA 0 issue "a"`, `+a.b 1 IN TYPE257 \# 1 00`, "a.b CAA", `a.b CAA 0 issue "\255"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cs, err := ParseCAAChanges([]string{text}, NormalizeName)
		if err != nil {
			return
		}
		for _, c := range cs {
			for _, r := range c.Records {
				if (r.CAA == nil) == (r.Bad == "") || strings.ContainsAny(r.Text, "\n\x1b") {
					t.Errorf("%q: %+v", text, r)
				}
			}
		}
	})
}
