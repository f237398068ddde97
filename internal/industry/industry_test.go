package industry

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

func TestCatalogueHoldsExactlyTheGenericCodes(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, i := range All() {
		codes = append(codes, i.Code)
	}
	if len(codes) != 298 {
		t.Errorf("got %d codes, want 298", len(codes))
	}
	if !slices.IsSorted(codes) {
		t.Error("codes are not in order")
	}
	const want = "964ccb45853b9062ccd17b3e01c135813ee8b88205732191d022b16c38759079"
	sum := sha256.Sum256([]byte(strings.Join(codes, ",")))
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the set of codes has changed: sha256 %s", got)
	}
}

func TestNamesAreCleanAndUnique(t *testing.T) {
	t.Parallel()
	for _, tag := range []language.Tag{language.English, language.SimplifiedChinese} {
		seen := map[string]string{}
		for _, i := range All() {
			name := i.Name(tag)
			if name == "" || name != strings.TrimSpace(name) || !norm.NFC.IsNormalString(name) {
				t.Errorf("%s: name %q is empty, not trimmed or not NFC", i.Code, name)
			}
			if other, ok := seen[name]; ok {
				t.Errorf("%s and %s are both called %q", other, i.Code, name)
			}
			seen[name] = i.Code
			if hasHan := strings.ContainsFunc(name, isHan); hasHan != (tag == language.SimplifiedChinese) {
				t.Errorf("%s: %v name is %q", i.Code, tag, name)
			}
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func TestSearchWordsAreCleanAndSaidOnce(t *testing.T) {
	t.Parallel()
	for _, i := range All() {
		seen := map[string]bool{i.name.English: true, i.name.Chinese: true}
		for _, word := range i.words {
			if word == "" || word != strings.TrimSpace(word) || !norm.NFC.IsNormalString(word) || seen[word] {
				t.Errorf("%s: search word %q is empty, not trimmed, not NFC or said twice", i.Code, word)
			}
			seen[word] = true
		}
	}
}

func TestNameFollowsTheLanguage(t *testing.T) {
	t.Parallel()
	restaurants, ok := ByCode("5812")
	if !ok {
		t.Fatal("5812 is missing")
	}
	for tag, want := range map[string]string{
		"zh": "餐馆", "zh-Hans": "餐馆", "zh-CN": "餐馆", "zh-Hant-HK": "餐馆",
		"en": "Restaurants", "en-GB": "Restaurants", "de": "Restaurants", "und": "Restaurants",
	} {
		if got := restaurants.Name(language.MustParse(tag)); got != want {
			t.Errorf("%s: got %q, want %q", tag, got, want)
		}
	}
}

func TestByCode(t *testing.T) {
	t.Parallel()
	for _, i := range All() {
		if got, ok := ByCode(i.Code); !ok || got != i {
			t.Errorf("%s: got %v, %t", i.Code, got, ok)
		}
	}
	for _, code := range []string{"", "0000", "742", "3000", "58", "58120", " 5812", "５８１２", "abcd", "\xff"} {
		if got, ok := ByCode(code); ok || got != nil {
			t.Errorf("%q: got %v, want none", code, got)
		}
	}
}

func TestGroupsBeginAndEndWithTheirRange(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]Group{
		"0000": "",
		"0001": Agriculture, "1499": Agriculture,
		"1500": ContractedServices, "2999": ContractedServices,
		"3000": "", "3999": "",
		"4000": Transport, "4799": Transport,
		"4800": UtilitiesAndTelecom, "4999": UtilitiesAndTelecom,
		"5000": Retail, "5599": Retail,
		"5600": Clothing, "5699": Clothing,
		"5700": MiscellaneousStores, "7299": MiscellaneousStores,
		"7300": BusinessServices, "7999": BusinessServices,
		"8000": ProfessionalServices, "8999": ProfessionalServices,
		"9000": Government, "9999": Government,
	} {
		if got := groupOf(code); got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
}

func TestEveryIndustryHasAGroupAndEveryGroupAnIndustry(t *testing.T) {
	t.Parallel()
	used := map[Group]bool{}
	for _, i := range All() {
		if i.Group == "" {
			t.Errorf("%s has no group", i.Code)
		}
		used[i.Group] = true
	}
	for _, r := range ranges {
		if !used[r.group] {
			t.Errorf("%s has no industry", r.group)
		}
	}
}
