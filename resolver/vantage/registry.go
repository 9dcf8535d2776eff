package vantage

import (
	"regexp"
	"strings"
)

// Registries are the five regional internet registries, as the Baseline
// Requirements name their regions.
func Registries() []string { return []string{"ARIN", "RIPE NCC", "APNIC", "LACNIC", "AFRINIC"} }

// Registry is a registry by its name in any letter case, "RIPE" and "RIPENCC"
// too; "" for none.
func Registry(name string) string {
	plain := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name))
	if plain == "RIPE" {
		plain = "RIPENCC"
	}
	for _, r := range Registries() {
		if plain == strings.ReplaceAll(r, " ", "") {
			return r
		}
	}
	return ""
}

// cloudRegion is the form of a cloud's region code, as Open MPIC calls its
// perspectives.
var cloudRegion = regexp.MustCompile(`^([a-z]{2})(-[a-z]+)+-[0-9]+$`)

// cloudRegions say where the regions of AWS lie, by the beginning of their
// codes.
//
// Source: tests/resources/test_region_config.yaml of
// github.com/open-mpic/open-mpic-core-python, 2026-05-08; mx by Mexico's
// registry, see countries.
var cloudRegions = map[string]string{
	"af": "AFRINIC", "ap": "APNIC", "ca": "ARIN", "eu": "RIPE NCC", "il": "RIPE NCC",
	"me": "RIPE NCC", "mx": "LACNIC", "sa": "LACNIC", "us": "ARIN",
}

// RegistryOfCloud is the registry in whose region a cloud's region lies, "" for
// a code of no known form.
func RegistryOfCloud(code string) string {
	m := cloudRegion.FindStringSubmatch(code)
	if m == nil {
		return ""
	}
	return cloudRegions[m[1]]
}

// continents are the registries of whole continents, but for countries.
var continents = map[string]string{
	"AF": "AFRINIC", "AN": "ARIN", "AS": "APNIC", "EU": "RIPE NCC", "NA": "ARIN", "OC": "APNIC", "SA": "LACNIC",
}

// countries are those whose registry is not that of their continent, by their
// codes (ISO 3166-1). The Middle East and Central Asia belong to the RIPE NCC,
// Latin America and a part of the Caribbean to LACNIC.
//
// Source: the lists of countries in the service regions of the registries,
// nro.net/list-of-country-codes-and-rirs-ordered-by-country-code, as of 2025.
var countries = countriesOf(map[string]string{
	"RIPE NCC": "AE AM AZ BH CY GE GL IL IQ IR JO KG KW KZ LB OM PS QA SA SY TJ TM TR UZ YE",
	"LACNIC":   "AW BQ BZ CR CU CW DO GT HN HT MX NI PA SV SX TT",
	"ARIN":     "BV HM SH UM",
	"APNIC":    "IO",
	"AFRINIC":  "RE YT",
})

func countriesOf(lists map[string]string) map[string]string {
	by := map[string]string{}
	for rir, list := range lists {
		for _, country := range strings.Fields(list) {
			by[country] = rir
		}
	}
	return by
}

// RegistryOf is the registry in whose region a country lies, by its code and
// that of its continent; "" when neither is known.
func RegistryOf(country, continent string) string {
	if rir := countries[strings.ToUpper(country)]; rir != "" {
		return rir
	}
	return continents[strings.ToUpper(continent)]
}
