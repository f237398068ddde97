package bundle

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"minidock/internal/fault"
)

// contents reads the contents of entries, one after the other, with the same buffers.
type contents struct {
	src     *source
	in      *bufio.Reader
	inflate io.ReadCloser
	buffer  []byte
}

func newContents(src *source) *contents {
	return &contents{src: src, in: bufio.NewReaderSize(nil, 32<<10), inflate: flate.NewReader(nil), buffer: make([]byte, 64<<10)}
}

// read writes the content of an entry to sinks, and compares it with what the directory says. Never more than the declared size is
// written. The error is that of the context, or of the reader of the zip.
func (c *contents) read(ctx context.Context, e *entry, sinks ...io.Writer) (*Problem, error) {
	start, hasDescriptor, wrong := c.readHeader(e)
	if wrong == nil {
		data := io.NewSectionReader(c.src, start, e.packed)
		c.in.Reset(data)
		wrong = c.unpack(ctx, e, sinks)
	}
	if wrong == nil && hasDescriptor && !c.hasDescriptor(e, start+e.packed) {
		wrong = about(fault.Corrupt, e.name, fault.Variant("header"))
	}
	return wrong, errors.Join(ctx.Err(), c.src.err)
}

// readHeader compares the header before the content with the directory, and returns where the content begins.
func (c *contents) readHeader(e *entry) (start int64, hasDescriptor bool, wrong *Problem) {
	lie := about(fault.Corrupt, e.name, fault.Variant("header"))
	var fixed [localSize]byte
	if _, err := c.src.ReadAt(fixed[:], e.offset); err != nil || !bytes.Equal(fixed[:4], localMark) {
		return 0, false, lie
	}
	b := fixed[:]
	flags, method, nameSize := binary.LittleEndian.Uint16(b[6:]), binary.LittleEndian.Uint16(b[8:]), int(binary.LittleEndian.Uint16(b[26:]))
	rest := make([]byte, nameSize+int(binary.LittleEndian.Uint16(b[28:])))
	_, err := c.src.ReadAt(rest, e.offset+localSize)
	if err != nil || string(rest[:nameSize]) != e.raw || method != e.method || flags&flagEncrypted != 0 {
		return 0, false, lie
	}
	crc, packed, unpacked := binary.LittleEndian.Uint32(b[14:]), uint64(binary.LittleEndian.Uint32(b[18:])), uint64(binary.LittleEndian.Uint32(b[22:]))
	hasDescriptor = flags&flagDescriptor != 0
	isSame := lengthen(rest[nameSize:], &unpacked, &packed) && crc == e.crc && packed == uint64(e.packed) && unpacked == uint64(e.unpacked)
	if isUnsaid := hasDescriptor && crc == 0 && packed == 0 && unpacked == 0; !isSame && !isUnsaid {
		return 0, false, lie
	}
	start = e.offset + localSize + int64(len(rest))
	if start+e.packed > e.limit {
		return 0, false, about(fault.Corrupt, e.name, fault.Variant("overlap"))
	}
	return start, hasDescriptor, nil
}

// unpack writes the content to sinks, and compares size and checksum.
func (c *contents) unpack(ctx context.Context, e *entry, sinks []io.Writer) *Problem {
	var content io.Reader = c.in
	if e.method == methodDeflated {
		if err := c.inflate.(flate.Resetter).Reset(c.in, nil); err != nil {
			return about(fault.Corrupt, e.name, fault.Variant("data"))
		}
		content = c.inflate
	}
	size, sum, err := int64(0), uint32(0), error(nil)
	for err == nil && ctx.Err() == nil {
		var n int
		n, err = content.Read(c.buffer)
		if size += int64(n); size > e.unpacked {
			break
		}
		sum = crc32.Update(sum, crc32.IEEETable, c.buffer[:n])
		for _, sink := range sinks {
			sink.Write(c.buffer[:n]) //nolint:errcheck // sinks only look at it
		}
	}
	_, behind := c.in.ReadByte()
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return about(fault.Corrupt, e.name, fault.Variant("data"))
	case size != e.unpacked || behind == nil:
		return about(fault.Corrupt, e.name, "bytes", e.unpacked, fault.Variant("size"))
	case sum != e.crc:
		return about(fault.Corrupt, e.name, "found", fmt.Sprintf("%08X", sum), "wanted", fmt.Sprintf("%08X", e.crc), fault.Variant("checksum"))
	}
	return nil
}

// hasDescriptor says whether what follows the content repeats checksum and sizes, in one of the forms that are in use: with and without
// a mark, and with sizes of four or eight bytes.
func (c *contents) hasDescriptor(e *entry, at int64) bool {
	found := make([]byte, min(24, max(0, c.src.size-at)))
	if _, err := c.src.ReadAt(found, at); err != nil {
		return false
	}
	short := binary.LittleEndian.AppendUint32(nil, e.crc)
	long := bytes.Clone(short)
	short = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(short, uint32(e.packed)), uint32(e.unpacked))
	long = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(long, uint64(e.packed)), uint64(e.unpacked))
	unmarked := bytes.TrimPrefix(found, []byte("PK\x07\x08"))
	for _, form := range [][]byte{short, long} {
		if bytes.HasPrefix(unmarked, form) || bytes.HasPrefix(found, form) {
			return true
		}
	}
	return false
}
