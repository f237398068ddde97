package web

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

const (
	// minCompressed is the size from which on answers are compressed.
	minCompressed = 1 << 10
	// maxPadding is how many bytes at most are added to a compressed answer. The number follows from its content, so that its size does
	// not say how much of what somebody sent is repeated in it.
	maxPadding = 32
)

// compressed compresses the answers of the API for clients that accept gzip, but for streams.
func compressed(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false), gzhttp.RandomJitter(maxPadding, 4*minCompressed, false),
		gzhttp.ContentTypes([]string{"application/json", "application/graphql-response+json"}),
	)
	if err != nil {
		return nil, fmt.Errorf("compress answers: %w", err)
	}
	compressing := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asksForStream(r) {
			next.ServeHTTP(w, r)
			return
		}
		compressing.ServeHTTP(w, r)
	}), nil
}
