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

// continents are the registries of whole continents, for codes that are no
// country's, such as XK.
var continents = map[string]string{
	"AF": "AFRINIC", "AN": "ARIN", "AS": "APNIC", "EU": "RIPE NCC", "NA": "ARIN", "OC": "APNIC", "SA": "LACNIC",
}

// countries are the registries' service regions, by the codes of ISO 3166-1.
//
// Source: the RIPE NCC's list of country codes and RIRs
// (ripe.net/community/internet-governance/internet-technical-community/the-rir-system/list-of-country-codes-and-rirs),
// which is the NRO's too; read as of 2026-09-15.
var countries = countriesOf(map[string]string{
	"ARIN": `AG AI AQ BB BL BM BS BV CA DM GD GP HM JM KN KY LC MF MQ MS PM PR SH TC UM US VC VG VI`,
	"RIPE NCC": `AD AE AL AM AT AX AZ BA BE BG BH BY CH CY CZ DE DK EE ES FI FO FR GB GE GG GI GL GR HR HU IE IL IM
		IQ IR IS IT JE JO KG KW KZ LB LI LT LU LV MC MD ME MK MT NL NO OM PL PS PT QA RO RS RU SA SE SI SJ
		SK SM SY TJ TM TR UA UZ VA YE`,
	"APNIC": `AF AS AU BD BN BT CC CK CN CX FJ FM GU HK ID IN IO JP KH KI KP KR LA LK MH MM MN MO MP MV MY NC NF
		NP NR NU NZ PF PG PH PK PN PW SB SG TF TH TK TL TO TV TW VN VU WF WS`,
	"LACNIC": `AR AW BO BQ BR BZ CL CO CR CU CW DO EC FK GF GS GT GY HN HT MX NI PA PE PY SR SV SX TT UY VE`,
	"AFRINIC": `AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU
		MW MZ NA NE NG RE RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW`,
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

// RegistryOf is the registry in whose region a country lies, by its code, or
// else by that of its continent; "" when neither is known.
func RegistryOf(country, continent string) string {
	if rir := countries[strings.ToUpper(country)]; rir != "" {
		return rir
	}
	return continents[strings.ToUpper(continent)]
}
