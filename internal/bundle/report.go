package bundle

import (
	"minidock/internal/text"
)

const (
	// maxLargest is how many of the largest files a report names.
	maxLargest = 20
	// maxText and maxDescription are the most characters of texts in a report, maxListed the most elements of its short lists.
	maxText, maxDescription, maxListed = 100, 200, 100
)

// Report is what a package has. It can be stored as JSON, and is bounded: texts that people have written are cut. All paths but those in
// Warnings and Hosts are relative to the root, which is the folder of app.json; what is outside of it is not in the report.
type Report struct {
	UnpackedSize int64 `json:"unpackedSize"`
	FileCount    int   `json:"fileCount"`
	// EntryPage is the page that opens first.
	EntryPage string `json:"entryPage"`
	// Pages are those of the main part first, each in the order of app.json.
	Pages []Page `json:"pages"`
	// Parts are the main part, whose root is "", and the sub-packages in the order of app.json.
	Parts []Part `json:"parts"`
	// LargestFiles are the 20 largest, the largest first.
	LargestFiles []FileSize   `json:"largestFiles"`
	TabBar       []TabBarItem `json:"tabBar"`
	Plugins      []Plugin     `json:"plugins"`
	Permissions  []Permission `json:"permissions"`
	// AppJSON is the text of app.json without white space between its values.
	AppJSON string `json:"appJson"`
	// Hosts are those that the code names, for HostWarnings.
	Hosts    []Host    `json:"hosts"`
	Warnings []Problem `json:"warnings"`
	// Files are all files in the order of their paths.
	Files []File `json:"files"`
}

// Page is a page of a mini program. Part is the root of its sub-package, "" in the main part; Title is nil if it has none.
type Page struct {
	Path  string  `json:"path"`
	Title *string `json:"title,omitempty"`
	Part  string  `json:"part"`
}

// Part is the main part or a sub-package, and the size of its files, unpacked.
type Part struct {
	Root string `json:"root"`
	Size int64  `json:"size"`
}

// FileSize is a file and its size, unpacked.
type FileSize struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

// File is a file, its size, unpacked, and the SHA-256 of its content in hexadecimal.
type File struct {
	FileSize
	SHA256 string `json:"sha256"`
}

// TabBarItem is a tab: its page, and what it shows; nil is what it does not.
type TabBarItem struct {
	Page       string  `json:"page"`
	Title      *string `json:"title,omitempty"`
	Icon       *string `json:"icon,omitempty"`
	ActiveIcon *string `json:"activeIcon,omitempty"`
}

// Plugin is a plugin that a mini program uses; nil is what it does not say.
type Plugin struct {
	Name     string  `json:"name"`
	Version  *string `json:"version,omitempty"`
	Provider *string `json:"provider,omitempty"`
}

// Permission is what a mini program asks its users for, and the reason that it gives, or nil.
type Permission struct {
	Scope       string  `json:"scope"`
	Description *string `json:"description,omitempty"`
}

// optional returns nil for no text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// excerpt returns a text of a developer for people to read.
func excerpt(raw string, most int) string { return text.Excerpt(cut(raw, 4*most), most) }
