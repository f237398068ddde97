package bundletest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
)

// Entry is an entry of a zip that is written byte by byte, so that it can lie.
type Entry struct {
	Name    string
	Content string
	// Stored leaves the content as it is; otherwise it is deflated.
	Stored bool
	// Mode is the mode of Unix, 0 for none.
	Mode uint32
	// Edit changes what the two headers say, which is the truth before.
	Edit func(local, central *Header)
	// After follows the content, like a data descriptor.
	After []byte
}

// Header is what a header says about an entry.
type Header struct {
	Name             string
	Flags, Method    uint16
	CRC              uint32
	Packed, Unpacked uint32
	Extra            []byte
	// Mode, Comment and Offset are in the directory only.
	Mode    uint32
	Comment string
	Offset  uint32
}

// End is what the end record says.
type End struct {
	Disk, Records uint16
	Size, Offset  uint32
	Comment       string
	// Before stands between the directory and the end record, like the records of zip64; After follows the end record.
	Before, After []byte
}

// The marks of the flags.
const (
	EncryptedFlag  = 1 << 0
	DescriptorFlag = 1 << 3
	UTF8Flag       = 1 << 11
)

// Raw packs the entries.
func Raw(entries ...Entry) []byte { return RawWith(func(*End) {}, entries...) }

// RawWith packs the entries; edit changes what the end record says, which is the truth before.
func RawWith(edit func(*End), entries ...Entry) []byte {
	var packed, directory bytes.Buffer
	for _, entry := range entries {
		local, data := entry.header()
		local.Offset = uint32(packed.Len())
		central := local
		if entry.Edit != nil {
			entry.Edit(&local, &central)
		}
		packed.Write(local.local())
		packed.Write(data)
		packed.Write(entry.After)
		directory.Write(central.central())
	}
	end := End{Records: uint16(len(entries)), Size: uint32(directory.Len()), Offset: uint32(packed.Len())}
	edit(&end)
	packed.Write(directory.Bytes())
	packed.Write(end.bytes())
	return packed.Bytes()
}

// Descriptor returns the data descriptor of a content, in its usual form.
func (e Entry) Descriptor() []byte {
	header, _ := e.header()
	return numbers(uint32(0x08074b50), header.CRC, header.Packed, header.Unpacked)
}

func (e Entry) header() (Header, []byte) {
	data, method := []byte(e.Content), uint16(0)
	if !e.Stored {
		data, method = Deflate(e.Content), 8
	}
	return Header{
		Name: e.Name, Flags: UTF8Flag, Method: method, CRC: crc32.ChecksumIEEE([]byte(e.Content)),
		Packed: uint32(len(data)), Unpacked: uint32(len(e.Content)), Mode: e.Mode,
	}, data
}

// Deflate returns the text deflated.
func Deflate(text string) []byte {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return packed.Bytes()
}

func (h Header) local() []byte {
	fixed := numbers(
		uint32(0x04034b50), uint16(20), h.Flags, h.Method, uint32(0), h.CRC, h.Packed, h.Unpacked, uint16(len(h.Name)), uint16(len(h.Extra)),
	)
	return append(append(fixed, h.Name...), h.Extra...)
}

func (h Header) central() []byte {
	fixed := numbers(
		uint32(0x02014b50), uint16(3<<8|20), uint16(20), h.Flags, h.Method, uint32(0), h.CRC, h.Packed, h.Unpacked,
		uint16(len(h.Name)), uint16(len(h.Extra)), uint16(len(h.Comment)), uint16(0), uint16(0), h.Mode<<16, h.Offset,
	)
	return append(append(append(fixed, h.Name...), h.Extra...), h.Comment...)
}

func (e End) bytes() []byte {
	record := numbers(uint32(0x06054b50), e.Disk, uint16(0), e.Records, e.Records, e.Size, e.Offset, uint16(len(e.Comment)))
	return append(append(append(bytes.Clone(e.Before), record...), e.Comment...), e.After...)
}

// Zip64 returns the records of zip64 that belong between a directory and the end record.
func Zip64(records, size, offset uint64) []byte {
	record := numbers(uint32(0x06064b50), uint64(44), uint16(45), uint16(45), uint32(0), uint32(0), records, records, size, offset)
	return append(record, numbers(uint32(0x07064b50), uint32(0), offset+size, uint32(1))...)
}

// Zip64Extra returns the extra field with the sizes of an entry, and its offset if the directory needs it.
func Zip64Extra(values ...uint64) []byte {
	return append(numbers(uint16(1), uint16(8*len(values))), numbers(values)...)
}

func numbers(values ...any) []byte {
	var written bytes.Buffer
	for _, value := range values {
		if err := binary.Write(&written, binary.LittleEndian, value); err != nil {
			panic(err)
		}
	}
	return written.Bytes()
}
