package tui

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArrange(t *testing.T) {
	tests := []struct {
		name              string
		w, h, names, rows int
		zoom              bool
		want              layout
	}{
		{"the least", 60, 15, 1, 3, false,
			layout{w: 60, h: 15, bodyW: 60, bodyH: 11, listW: 60, listH: 3, detailW: 60, detailH: 7}},
		{"one column less", 59, 15, 1, 3, false, layout{w: 59, h: 15, small: true}},
		{"one line less", 60, 14, 1, 3, false, layout{w: 60, h: 14, small: true}},
		{"nothing", 0, 0, 0, 0, false, layout{small: true}},
		{"no rows", 60, 15, 1, 0, false,
			layout{w: 60, h: 15, bodyW: 60, bodyH: 11, listW: 60, listH: 1, detailW: 60, detailH: 9}},
		{"many rows take half", 80, 24, 1, 100, false,
			layout{w: 80, h: 24, rule: true, bodyW: 80, bodyH: 19, listW: 80, listH: 9, detailW: 80, detailH: 9}},
		{"several names stand beside", 80, 24, 2, 2, false,
			layout{w: 80, h: 24, rule: true, side: 24, sideSeparator: 3, bodyW: 53, bodyH: 19, listW: 53, listH: 2, detailW: 53, detailH: 16}},
		{"zoom", 80, 24, 1, 2, true,
			layout{w: 80, h: 24, rule: true, bodyW: 80, bodyH: 19, onlyDetail: true, detailW: 80, detailH: 19}},
		{"wide", 120, 40, 1, 2, false,
			layout{w: 120, h: 40, rule: true, side: 30, sideSeparator: 3, bodyW: 87, bodyH: 35, listW: 87, listH: 2, detailW: 87, detailH: 32}},
		{"very wide", 200, 60, 3, 2, false,
			layout{w: 200, h: 60, rule: true, side: 40, sideSeparator: 3, bodyW: 157, bodyH: 55, beside: true, listW: 78, listH: 55, detailW: 76, detailH: 55}},
		{"as wide as a wall", 400, 100, 3, 2, false,
			layout{w: 400, h: 100, rule: true, side: 40, sideSeparator: 3, bodyW: 357, bodyH: 95, beside: true, listW: 100, listH: 95, detailW: 254, detailH: 95}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := arrange(tt.w, tt.h, tt.names, tt.rows, tt.zoom)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(layout{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// At every size the pieces fit what they are pieces of.
func TestArrangeFits(t *testing.T) {
	for w := range 300 {
		for _, h := range []int{15, 19, 20, 24, 60, 200} {
			for _, rows := range []int{0, 1, 7, 1000} {
				for names := range 3 {
					l := arrange(w, h, names, rows, false)
					if l.small {
						continue
					}
					across := l.listW
					down := l.listH + 1 + l.detailH
					if l.beside {
						across, down = l.listW+3+l.detailW, l.listH
					}
					if across != l.bodyW || down != l.bodyH || l.detailW < 20 || l.detailH < 3 || l.side+l.sideSeparator+l.bodyW != w {
						t.Fatalf("%d columns, %d lines, %d rows, %d names: %+v", w, h, rows, names, l)
					}
				}
			}
		}
	}
}
