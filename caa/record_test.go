package caa

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		rdata string
		want  Record
		err   string
	}{
		"issue":                   {rdata: "\x00\x05issueca.example", want: Record{0, "issue", "ca.example"}},
		"critical":                {rdata: "\x80\x05issueca.example", want: Record{128, "issue", "ca.example"}},
		"letter case kept":        {rdata: "\x00\x05IsSuECA.example", want: Record{0, "IsSuE", "CA.example"}},
		"empty value":             {rdata: "\x00\x05issue", want: Record{0, "issue", ""}},
		"octets that are no text": {rdata: "\x00\x05issue\x00\xff\n", want: Record{0, "issue", "\x00\xff\n"}},
		"empty tag":               {rdata: "\x00\x00ca.example", want: Record{0, "", "ca.example"}},
		"flags alone":             {rdata: "\x80", want: Record{128, "", ""}},
		"nothing":                 {rdata: "", want: Record{}},
		"tag past the end":        {rdata: "\x00\x06issue", err: "CAA RDATA: the tag has 6 octets, and only 5 follow"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte(tt.rdata))
			if errText(err) != tt.err {
				t.Fatalf("error %q, want %q", errText(err), tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTagFault(t *testing.T) {
	tests := map[string]string{
		"issue":  "",
		"T1":     "",
		"":       "the property tag is empty",
		"is-sue": `the property tag "is-sue" has a character other than letters and digits`,
		"é":      `the property tag "\195\169" has a character other than letters and digits`,
	}
	for tag, want := range tests {
		if got := (Record{Tag: tag}).TagFault(); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
}

func TestRecordString(t *testing.T) {
	tests := map[string]struct {
		record Record
		want   string
	}{
		"issue":       {Record{0, "issue", "ca.example"}, `0 issue "ca.example"`},
		"semicolon":   {Record{128, "issue", ";"}, `128 issue ";"`},
		"quotes":      {Record{0, "issue", `"ca\`}, `0 issue "\"ca\\"`},
		"terminal":    {Record{0, "issue", "\x1b[31m"}, `0 issue "\027[31m"`},
		"newline":     {Record{0, "iodef", "a\nb"}, `0 iodef "a\010b"`},
		"high octets": {Record{0, "issue", "\xff"}, `0 issue "\255"`},
		"script":      {Record{0, "issue", "<script>alert(1)</script>"}, `0 issue "<script>alert(1)</script>"`},
		"odd tag":     {Record{0, "a b\x00", "x"}, `0 "a b\000" "x"`},
		"empty tag":   {Record{0, "", ""}, `0 "" ""`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.record.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			back, err := ParseText(tt.want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.record, back); diff != "" {
				t.Error("read again:", diff)
			}
		})
	}
}

func TestParseText(t *testing.T) {
	tests := map[string]struct {
		text string
		want Record
		err  string
	}{
		"quoted":             {text: `0 issue "ca.example; a=b"`, want: Record{0, "issue", "ca.example; a=b"}},
		"unquoted":           {text: "  128\tissue   ca.example ", want: Record{128, "issue", "ca.example"}},
		"escapes":            {text: `0 issue "\097\"\\\;"`, want: Record{0, "issue", `a"\;`}},
		"escaped semicolon":  {text: `0 issue ca.example\;`, want: Record{0, "issue", "ca.example;"}},
		"comment after":      {text: `0 issue "ca.example" ; ours`, want: Record{0, "issue", "ca.example"}},
		"generic":            {text: `\# 12 0005697373756563 612E6578`, want: Record{0, "issue", "ca.ex"}},
		"empty":              {text: "", err: `CAA record text: flags, tag and value are needed, as in 0 issue "ca.example"`},
		"value missing":      {text: "0 issue", err: `CAA record text: flags, tag and value are needed, as in 0 issue "ca.example"`},
		"flags missing":      {text: `issue "ca.example"`, err: `CAA record text: the flags are a number from 0 to 255, not "issue"`},
		"flags too large":    {text: `256 issue "ca.example"`, err: `CAA record text: the flags are a number from 0 to 255, not "256"`},
		"bare semicolon":     {text: `0 issue ca.example; a=b`, err: `CAA record text: a ";" outside quotes begins a comment: put the value in double quotes`},
		"two values":         {text: `0 issue ca.example other.example`, err: `CAA record text: "other.example" stands after the value: put the whole value in double quotes`},
		"quote left open":    {text: `0 issue "ca.example`, err: `CAA record text: the closing quote of "\"ca.example" is missing`},
		"quote inside":       {text: `0 issue ca"example`, err: `CAA record text: a quote stands inside "ca\"example"`},
		"no space":           {text: `0 "issue"x ca`, err: `CAA record text: white space is needed before "x ca"`},
		"escape too large":   {text: `0 issue "\999"`, err: `CAA record text: "\\999" is no escape: \DDD takes three digits up to 255`},
		"escape cut":         {text: `0 issue a\`, err: `CAA record text: a "\" ends the text`},
		"long tag":           {text: "0 " + strings.Repeat("a", 256) + " x", err: "CAA record text: the tag has 256 octets, and 255 is the most"},
		"generic, length":    {text: `\# 3 0000`, err: `CAA record text: \# announces 3 octets and 2 follow`},
		"generic, no length": {text: `\#`, err: `CAA record text: a length is needed after \#`},
		"generic, not hex":   {text: `\# 1 zz`, err: `CAA record text: what follows the length after \# has to be pairs of hexadecimal digits`},
		"generic, bad tag":   {text: `\# 3 000561`, err: "CAA RDATA: the tag has 5 octets, and only 1 follow"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseText(tt.text)
			if errText(err) != tt.err {
				t.Fatalf("error %q, want %q", errText(err), tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
