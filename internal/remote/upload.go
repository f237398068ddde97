package remote

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	"minidock/internal/pack"
)

// Version is one to upload.
type Version struct {
	// Path is the folder to pack, or the zip.
	Path string
	// Number, Notes and MinimumHostVersion are left to the server where they are empty.
	Number, Notes, MinimumHostVersion string
	// ReplaceOldest is whether the oldest version is deleted where there is room for no other.
	ReplaceOldest bool
	// Wait is whether to wait until the version has been checked.
	Wait bool
}

// Upload uploads a version and writes the problems that were found and what became of it to Stdout. Its error is ErrRefused if it was
// refused or failed its checks, and otherwise has an exit code: 2 if it was called wrongly, 3 if the server could not be reached.
func Upload(ctx context.Context, s Server, v Version) error {
	progress := &progress{to: s.Stderr, isTerminal: s.IsTerminal}
	c, err := s.client(progress)
	if err != nil {
		return err
	}
	done := newResult()
	err = c.upload(ctx, s.MiniProgram, v, done)
	progress.end()
	return s.conclude(done, err)
}

// upload uploads a version and waits for its checks, and keeps what it learns in the result.
func (c *client) upload(ctx context.Context, miniProgram string, v Version, done *result) error {
	file, err := pack.Open(v.Path)
	var refusal *pack.Refusal
	switch {
	case errors.As(err, &refusal):
		done.addPacking(refusal)
		return nil
	case err != nil:
		return usage(err.Error())
	}
	defer file.Close()
	if file.Files > 0 {
		c.progress.line("Packed %s: %s, %s", v.Path, count(file.Files, "file"), size(file.Size))
	}
	id, err := c.find(ctx, miniProgram)
	if err != nil {
		return err
	}
	c.progress.line("Uploading %s to %s", size(file.Size), c.endpoint)
	if err := c.send(ctx, id, v, file, done); err != nil || done.Version == nil || !v.Wait {
		return err
	}
	c.progress.line("Uploaded version %s; checking it", done.Version.Number)
	return c.wait(ctx, done)
}

// uploadInput is the input of uploadVersion; what is empty is left out.
type uploadInput struct {
	MiniProgramID string `json:"miniProgramId"`
	Source        struct {
		Package *struct{} `json:"package"`
	} `json:"source"`
	Number             string `json:"number,omitempty"`
	Notes              string `json:"notes,omitempty"`
	MinimumHostVersion string `json:"minimumHostVersion,omitempty"`
	ReplaceOldest      bool   `json:"replaceOldest"`
	IdempotencyKey     string `json:"idempotencyKey"`
}

// send uploads the file. The key is one of this run, so that trying again after an answer that was lost makes no second version.
func (c *client) send(ctx context.Context, miniProgramID string, v Version, file *pack.Package, done *result) error {
	input := uploadInput{
		MiniProgramID: miniProgramID, Number: v.Number, Notes: v.Notes, MinimumHostVersion: v.MinimumHostVersion,
		ReplaceOldest: v.ReplaceOldest, IdempotencyKey: rand.Text(),
	}
	var data struct {
		UploadVersion struct {
			Version    *version
			UserErrors []userError
		}
	}
	err := c.call(ctx, request{
		Query: uploadDocument, Variables: map[string]any{"input": input}, upload: &upload{file: file, variable: "variables.input.source.package"},
	}, &data)
	if err != nil {
		return tooLarge(unseen(err, miniProgramID), file)
	}
	done.Version = data.UploadVersion.Version
	done.addErrors(data.UploadVersion.UserErrors)
	return nil
}

// tooLarge makes of the refusal of a request that is over the server's limit that of its package, with the code that smaller ones get.
func tooLarge(err error, file *pack.Package) error {
	if asFailure(err).code == "PAYLOAD_TOO_LARGE" {
		return refused("TOO_LARGE", fmt.Sprintf("The package has %s, which is more than the server receives.", size(file.Size)), 0)
	}
	return err
}

// How often the server is asked how far the checks are: ever less often.
const (
	firstAsked = 200 * time.Millisecond
	lastAsked  = 2 * time.Second
)

// checking is a version that is checked.
type checking struct {
	version
	Warnings []userError
	Task     struct {
		Progress int
		Log      []struct {
			Level, Message string
			problemPlace
		}
	}
}

// wait asks for the version until it has been checked.
func (c *client) wait(ctx context.Context, done *result) error {
	for pause := firstAsked; ; pause = min(pause*3/2, lastAsked) {
		var data struct{ Version *checking }
		if err := c.call(ctx, request{Query: checkDocument, Variables: map[string]any{"id": done.Version.ID}}, &data); err != nil {
			return err
		}
		if data.Version == nil {
			return refused("NOT_FOUND", "The version was deleted while it was checked.", 0)
		}
		done.Version = &data.Version.version
		if done.Version.Status != "CHECKING" {
			done.addChecked(data.Version)
			return nil
		}
		c.progress.bar("Checking", int64(data.Version.Task.Progress), 100)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// size is a number of bytes for people.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return count(int(bytes), "byte")
}
