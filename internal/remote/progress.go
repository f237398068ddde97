package remote

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// progress shows what happens: lines, and in a terminal a bar, which stands in the last line and makes way for the next.
type progress struct {
	to         io.Writer
	isTerminal bool

	mu sync.Mutex
	// shown is the bar that the terminal shows.
	shown string
}

// barWidth is how many characters a bar has.
const barWidth = 30

// line writes a line.
func (p *progress) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintln(p.to, inALine(fmt.Sprintf(format, args...)))
}

// bar shows how much of something is done, in a terminal only. It is called often and writes seldom.
func (p *progress) bar(what string, done, all int64) {
	if !p.isTerminal || all <= 0 {
		return
	}
	full := int(barWidth * min(done, all) / all)
	bar := fmt.Sprintf("%-9s [%s%s] %3d %%", what, strings.Repeat("#", full), strings.Repeat(" ", barWidth-full), 100*min(done, all)/all)
	p.mu.Lock()
	defer p.mu.Unlock()
	if bar != p.shown {
		p.shown = bar
		fmt.Fprint(p.to, "\r"+bar)
	}
}

// end removes the bar.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *progress) clear() {
	if p.shown != "" {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.shown = ""
	}
}
