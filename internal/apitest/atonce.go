package apitest

import "sync"

// AtOnce calls do n times at the same time and returns the answers.
func AtOnce[T any](n int, do func(i int) T) []T {
	answers := make([]T, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			answers[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return answers
}
