package mail

import (
	"fmt"
	"time"

	"golang.org/x/text/language"

	"minidock/internal/locale"
)

var units = []struct {
	length time.Duration
	word   locale.Text
}{
	{24 * time.Hour, locale.Of("day", "天")},
	{time.Hour, locale.Of("hour", "小时")},
	{time.Minute, locale.Of("minute", "分钟")},
}

// duration says d in the largest unit of which there is exactly one or at least two, rounded down: 36 hours, 2 days. It
// does not go below a minute.
func duration(d time.Duration, tag language.Tag) string {
	for _, unit := range units {
		if d == unit.length || d >= 2*unit.length {
			return count(int(d/unit.length), unit.word, tag)
		}
	}
	return count(1, units[len(units)-1].word, tag)
}

func count(n int, unit locale.Text, tag language.Tag) string {
	plural := ""
	if n != 1 && !locale.IsChinese(tag) {
		plural = "s"
	}
	return fmt.Sprintf("%d %s%s", n, unit.In(tag), plural)
}
