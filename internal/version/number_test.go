package version

import "testing"

func TestANumberHasThreeParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]number{
		"0.0.0": 0, "0.0.1": 1, "0.1.0": part, "1.0.0": firstNumber, "1.2.3": firstNumber + 2*part + 3, "999999.999999.999999": lastNumber,
	} {
		if got, ok := parseNumber(text); !ok || got != want || got.String() != text {
			t.Errorf("%s is %d, %t, written %s", text, got, ok, got)
		}
	}
	for _, text := range []string{"", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "1.0.00", "1000000.0.0", "1.0.1000000", "-1.0.0", "+1.0.0", "1.0.0 ", " 1.0.0", "v1.0.0", "1.0.0-rc1", "1.0.0\n", "１.0.0", "1..0", "1,0,0"} {
		if got, ok := parseNumber(text); ok {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestTheNextNumberHasTheNextPatch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"1.0.0": "1.0.1", "1.2.9": "1.2.10", "1.2.999999": "1.3.0", "1.999999.999999": "2.0.0"} {
		if n, _ := parseNumber(text); n.next().String() != want {
			t.Errorf("after %s comes %s, want %s", text, n.next(), want)
		}
	}
}

func TestSuperAppsHaveDottedNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"10": true, "10.2": true, "10.2.30": true, "10.2.30.1234": true, "0.1": true, "010.2": true, "": false, "10.": false, ".1": false, "10..2": false,
		"10.2.30.1.1": false, "v10": false, "10.x": false, "1234567890": false, "10 ": false,
	} {
		if got := hostForm.MatchString(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
