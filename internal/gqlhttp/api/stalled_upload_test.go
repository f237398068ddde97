package api_test

import (
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

const multipartForm = "multipart/form-data; boundary=x"

// stalledForm is the beginning of a form with a file, up to somewhere in the file, and stalledLength the length of all of it.
var stalledForm, stalledLength = func() (string, int) {
	whole := apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.Part{Name: "0", File: "logo.png", Content: strings.Repeat("x", 1<<20)})
	return whole[:len(whole)/2], len(whole)
}()

func TestTrapUploadsThatStallHoldNoPlace(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.BehindProxy)
	const each = 4
	for i, name := range []string{"ann", "bob", "cid", "dee"} {
		by := w.SignUp(t, name)
		for range each {
			unfinished(t, w, by, multipartForm+"\r\nX-Forwarded-For: 192.0.2."+string(rune('1'+i/2)), stalledLength, stalledForm)
		}
	}
	eva := w.SignUp(t, "eva")
	for range 3 {
		w.ExpectUploads(t, eva, "uploads that stall")
	}
}

func TestAnUploadThatStallsIsCutOff(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	w.Limit(t, func(l *limit.Limits) { l.UploadRateTime = 300 * time.Millisecond; l.UploadTime = 10 * time.Minute })
	refusedWith(t, unfinished(t, w, ann, multipartForm, stalledLength, stalledForm), "TIMEOUT")
	head, _, _ := strings.Cut(stalledForm, "xxxx")
	refusedWith(t, unfinished(t, w, ann, multipartForm, stalledLength, head), "TIMEOUT")
}

func TestWhatFollowsAFormIsReadBeforeThereIsAPlaceForIt(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	form := apitest.Form(apitest.LogoOperations, apitest.LogoMap, apitest.LogoFile)
	if answer := w.HandleForm(t, ann, strings.NewReader(form+strings.Repeat("x", 1<<10))); answer.Code(t) != "NOT_FOUND" {
		t.Errorf("a little: %s", answer.Body)
	}
	w.HandleForm(t, ann, strings.NewReader(form+strings.Repeat("x", 1<<20))).Refused(t, "PAYLOAD_TOO_LARGE")
	w.Limit(t, func(l *limit.Limits) { l.UploadRateTime = 300 * time.Millisecond })
	refusedWith(t, unfinished(t, w, ann, multipartForm, len(form)+1, form), "TIMEOUT")
}
