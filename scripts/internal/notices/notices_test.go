package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Nothing may be linked in whose licence asks for more than its text. The
// release does the same for all systems.
func TestEveryModuleMayBeLinkedIn(t *testing.T) {
	t.Chdir("../../..")
	modules, err := linked([]string{runtime.GOOS + "/" + runtime.GOARCH, "windows/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) < 10 || modules[0].Path != "Go standard library" {
		t.Errorf("%d modules: %v", len(modules), modules)
	}
	var out strings.Builder
	if err := write(&out, modules); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"github.com/miekg/dns v", "(BSD-3-Clause)", "Redistribution and use in source and binary forms"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the notices", want)
		}
	}
}

const mit = `Copyright (c) 2026 The Authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

func TestLicences(t *testing.T) {
	tests := []struct {
		name, file, text, want string // want "" for one that may
	}{
		{"MIT", "LICENSE", mit, ""},
		{"MIT in another spelling", "Licence.md", mit, ""},
		{"no file", "README", mit, "has no licence"},
		{"no licence in it", "LICENSE", "All rights reserved.", "has no licence"},
		{"one that asks for more", "COPYING", "// SPDX-License-Identifier: GPL-3.0-only\n\n" + gpl, "is not among the licences"},
		{"MIT and more", "LICENSE", mit + strings.Repeat("The Software shall be used for Good, not Evil, and every user owes the authors a beer on Fridays. ", 20), "read it"},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, names, err := licences(module{Path: "example.com/m", Version: "v1.0.0", Dir: dir})
		switch {
		case tt.want == "" && (err != nil || len(names) != 1 || names[0] != "MIT"):
			t.Errorf("%s: %v, %v", tt.name, names, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

const gpl = `This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.

This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public License for more details.

You should have received a copy of the GNU General Public License along with this program. If not, see <https://www.gnu.org/licenses/>.
`
