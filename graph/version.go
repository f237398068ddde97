package graph

import (
	"context"

	"minidock/ent"
	"minidock/graph/model"
	"minidock/internal/access"
	"minidock/internal/bundle"
	"minidock/internal/page"
	"minidock/internal/siblings"
	"minidock/internal/store"
	"minidock/internal/version"
)

// Version returns a version that the viewer may see.
func (r *queryResolver) Version(ctx context.Context, id string) (*ent.Version, error) {
	versions, err := r.Versions.ByIDs(ctx, viewer(ctx), []string{id})
	return store.OneOf(versions, id, err)
}

// CompareVersions returns what differs between two versions.
func (r *queryResolver) CompareVersions(ctx context.Context, from, to string) (*version.Comparison, error) {
	return r.Versions.Compare(ctx, viewer(ctx), from, to)
}

// UploadVersion makes a version of a package.
func (r *mutationResolver) UploadVersion(ctx context.Context, in version.UploadInput) (*model.UploadVersionPayload, error) {
	uploaded, err := r.Versions.Upload(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.UploadVersionPayload{
		Version: uploaded.Version, VersionEdge: model.EdgeOf(version.InOrder(uploaded.Version)), MiniProgram: uploaded.MiniProgram,
		DeletedVersionID: unlessEmpty(uploaded.DeletedID), UserErrors: errs, Query: &model.Query{},
	}, err
}

// DeleteVersion deletes a version.
func (r *mutationResolver) DeleteVersion(ctx context.Context, in version.DeleteInput) (*model.DeleteVersionPayload, error) {
	deleted, err := r.Versions.Delete(ctx, viewer(ctx), in)
	errs, err := userErrors(ctx, err)
	return &model.DeleteVersionPayload{
		DeletedVersionID: unlessEmpty(deleted.ID), MiniProgram: deleted.MiniProgram, UserErrors: errs, Query: &model.Query{},
	}, err
}

// Versions returns a page of the mini program's versions.
func (r *miniProgramResolver) Versions(ctx context.Context, m *ent.MiniProgram, first *int, after *string, last *int, before *string, filter *version.Filter) (*model.VersionConnection, error) {
	args, wanted := page.Args{First: first, After: after, Last: last, Before: before}, orNone(filter)
	pages, err := siblings.Read(m.Siblings, m, readKey("versions", args, wanted), func(ms []*ent.MiniProgram) (map[string]page.Page[*ent.Version], error) {
		return r.Resolver.Versions.List(ctx, viewer(ctx), ms, args, wanted)
	})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(pages[m.ID], func(ctx context.Context) (int, error) {
		counts, err := siblings.Read(m.Siblings, m, readKey("versions.totalCount", wanted), func(ms []*ent.MiniProgram) (map[string]int, error) {
			return r.Resolver.Versions.Count(ctx, viewer(ctx), ms, wanted)
		})
		return counts[m.ID], err
	}), nil
}

// LatestVersion returns the mini program's version with the highest number.
func (r *miniProgramResolver) LatestVersion(ctx context.Context, m *ent.MiniProgram) (*ent.Version, error) {
	latest, err := siblings.Read(m.Siblings, m, "latestVersion", func(ms []*ent.MiniProgram) (map[string]*ent.Version, error) {
		return r.Resolver.Versions.Latest(ctx, viewer(ctx), ms)
	})
	return latest[m.ID], err
}

// VersionQuota returns how many of the mini program's versions were not submitted.
func (r *miniProgramResolver) VersionQuota(ctx context.Context, m *ent.MiniProgram) (*model.VersionQuota, error) {
	used, err := siblings.Read(m.Siblings, m, "versionQuota", func(ms []*ent.MiniProgram) (map[string]int, error) {
		return r.Resolver.Versions.Unsubmitted(ctx, viewer(ctx), ms)
	})
	return &model.VersionQuota{Used: used[m.ID], Limit: r.Resolver.Versions.Limits.Versions}, err
}

// MiniProgram returns the mini program that the version belongs to.
func (r *versionResolver) MiniProgram(ctx context.Context, v *ent.Version) (*ent.MiniProgram, error) {
	miniPrograms, err := siblings.Read(v.Siblings, v, "miniProgram", func(vs []*ent.Version) (map[string]*ent.MiniProgram, error) {
		return r.MiniPrograms.ByIDs(ctx, viewer(ctx), ids(vs, func(v *ent.Version) string { return v.MiniProgramID }))
	})
	return store.OneOf(miniPrograms, v.MiniProgramID, err)
}

// UploadedBy returns who uploaded the version, or nil if the viewer does not see them.
func (r *versionResolver) UploadedBy(ctx context.Context, v *ent.Version) (*ent.User, error) {
	users, err := siblings.Read(v.Siblings, v, "uploadedBy", func(vs []*ent.Version) (map[string]*ent.User, error) {
		return r.Versions.Uploaders(ctx, viewer(ctx), vs)
	})
	return users[v.UploadedByID], err
}

// UploadedWith returns the token by which a machine uploaded the version, or nil.
func (r *versionResolver) UploadedWith(ctx context.Context, v *ent.Version) (*ent.ApiToken, error) {
	if v.UploadedWithID == nil {
		return nil, nil
	}
	tokens, err := siblings.Read(v.Siblings, v, "uploadedWith", func(vs []*ent.Version) (map[string]*ent.ApiToken, error) {
		return r.Tokens.ByIDs(ctx, viewer(ctx), known(vs, func(v *ent.Version) *string { return v.UploadedWithID }))
	})
	return tokens[*v.UploadedWithID], err
}

// Task returns the version's checks.
func (r *versionResolver) Task(ctx context.Context, v *ent.Version) (*ent.Task, error) {
	tasks, err := siblings.Read(v.Siblings, v, "task", func(vs []*ent.Version) (map[string]*ent.Task, error) {
		return r.Versions.TasksOf(ctx, viewer(ctx), vs)
	})
	return store.OneOf(tasks, v.ID, err)
}

// ViewerCan returns what the viewer may do with the version.
func (r *versionResolver) ViewerCan(ctx context.Context, v *ent.Version) ([]model.Permission, error) {
	can, err := siblings.Read(v.Siblings, v, "viewerCan", func(vs []*ent.Version) (map[string][]access.Operation, error) {
		return r.Versions.Can(ctx, viewer(ctx), vs)
	})
	return permissions(can[v.ID]), err
}

// DownloadURL returns where the package can be fetched, or nil unless the version is READY.
func (r *versionResolver) DownloadURL(ctx context.Context, v *ent.Version, expiresIn int) (*string, error) {
	urls, err := siblings.Read(v.Siblings, v, readKey("downloadUrl", expiresIn), func(vs []*ent.Version) (map[string]string, error) {
		return r.Versions.DownloadURLs(ctx, viewer(ctx), vs, expiresIn)
	})
	return unlessEmpty(urls[v.ID]), err
}

// details returns what the checks found in the package, read once for all of its fields.
func (r *versionResolver) details(ctx context.Context, v *ent.Version) (*version.Details, error) {
	read, err := siblings.Read(v.Siblings, v, "details", func(vs []*ent.Version) (map[string]*version.Details, error) {
		return r.Versions.DetailsOf(ctx, viewer(ctx), vs)
	})
	return store.OneOf(read, v.ID, err)
}

// AppJSON returns the text of app.json, or nil.
func (r *versionResolver) AppJSON(ctx context.Context, v *ent.Version) (*string, error) {
	found, err := r.details(ctx, v)
	if err != nil {
		return nil, err
	}
	return found.AppJSON, nil
}

// Pages returns the version's pages, those of the main part first.
func (r *versionResolver) Pages(ctx context.Context, v *ent.Version) ([]*bundle.Page, error) {
	found, err := r.details(ctx, v)
	if err != nil {
		return nil, err
	}
	return pointers(found.Pages), nil
}

// Parts returns the sizes of the version's parts.
func (r *versionResolver) Parts(ctx context.Context, v *ent.Version) ([]*bundle.Part, error) {
	found, err := r.details(ctx, v)
	if err != nil {
		return nil, err
	}
	return pointers(found.Parts), nil
}

// LargestFiles returns the version's largest files.
func (r *versionResolver) LargestFiles(ctx context.Context, v *ent.Version) ([]*bundle.FileSize, error) {
	found, err := r.details(ctx, v)
	if err != nil {
		return nil, err
	}
	return pointers(found.LargestFiles), nil
}

// TabBar returns the version's tabs, or nil.
func (r *versionResolver) TabBar(ctx context.Context, v *ent.Version) (*model.TabBar, error) {
	found, err := r.details(ctx, v)
	if err != nil || len(found.TabBar) == 0 {
		return nil, err
	}
	return &model.TabBar{Items: pointers(found.TabBar)}, nil
}

// Plugins returns the plugins that the version uses.
func (r *versionResolver) Plugins(ctx context.Context, v *ent.Version) ([]*bundle.Plugin, error) {
	found, err := r.details(ctx, v)
	if err != nil {
		return nil, err
	}
	return pointers(found.Plugins), nil
}

// Permissions returns what the version asks of its users.
func (r *versionResolver) Permissions(ctx context.Context, v *ent.Version) ([]*bundle.Permission, error) {
	found, err := r.details(ctx, v)
	if err != nil {
		return nil, err
	}
	return pointers(found.Permissions), nil
}

// Warnings returns what may be a mistake in the version.
func (r *versionResolver) Warnings(ctx context.Context, v *ent.Version) ([]*model.UserError, error) {
	found, err := r.details(ctx, v)
	if err != nil {
		return nil, err
	}
	warnings := []*model.UserError{}
	for _, one := range version.Warnings(found.Report) {
		warnings = append(warnings, translateOne(ctx, one.UserError("")))
	}
	return warnings, nil
}

// Files returns a page of the files that differ.
func (r *versionComparisonResolver) Files(_ context.Context, c *version.Comparison, first *int, after *string, last *int, before *string) (*model.FileChangeConnection, error) {
	of, total, err := c.Differing(page.Args{First: first, After: after, Last: last, Before: before})
	if err != nil {
		return nil, err
	}
	return model.NewConnection(of, func(context.Context) (int, error) { return total, nil }), nil
}

// pointers returns pointers to the values, as the generated code takes them.
func pointers[T any](values []T) []*T {
	all := make([]*T, len(values))
	for i := range values {
		all[i] = &values[i]
	}
	return all
}
