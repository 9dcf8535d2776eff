package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The token of RFC 8555 §8.4, and a thumbprint.
const (
	token      = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
	thumbprint = "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
	digest     = "lCM7cZyQXcVHK2nnW3jjAhNT3Fvm18UN-kWZZknKoYM"
)

func TestComputedValues(t *testing.T) {
	names := []string{"example.com", "*.example.com"}
	tests := []struct {
		name string
		args []string
		want map[string][]string
	}{
		{"a token for all", []string{"--token", token, "--thumbprint", thumbprint}, map[string][]string{"": {digest}}},
		{"a token for one", []string{"--token", "example.com=" + token, "--thumbprint", thumbprint, "--value", "x"},
			map[string][]string{"": {"x"}, "example.com": {digest}}},
		{"a key authorization", []string{"--value", "*.example.com=" + token + "." + thumbprint}, map[string][]string{"*.example.com": {digest}}},
		{"a value with a dot that is none", []string{"--value", "abc." + thumbprint}, map[string][]string{"": {"abc." + thumbprint}}},
	}
	for _, tt := range tests {
		f := newFlags("check")
		if err := f.parse(tt.args); err != nil {
			t.Fatal(err)
		}
		got, err := f.expected(names)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n-want +got:\n%s", tt.name, err, diff)
		}
	}
}

func TestValuesThatCannotBeComputed(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"a token alone", []string{"--token", token}, "--thumbprint beside it"},
		{"a thumbprint alone", []string{"--thumbprint", thumbprint}, "--token beside it"},
		{"a short token", []string{"--token", "abc", "--thumbprint", thumbprint}, `"abc"`},
		{"a thumbprint that is none", []string{"--token", token, "--thumbprint", "SHA256:abc"}, `"SHA256:abc"`},
		{"a token for another name", []string{"--token", "b.example=" + token, "--thumbprint", thumbprint}, `"b.example"`},
		{"an empty token", []string{"--token", "example.com=", "--thumbprint", thumbprint}, "--token"},
	}
	for _, tt := range tests {
		f := newFlags("check")
		if err := f.parse(tt.args); err != nil {
			t.Fatal(err)
		}
		if _, err := f.expected([]string{"example.com"}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.want)
		}
	}
}
