package ladder

// What has an id in a framework, and what people call it.

func levelThings(f *Framework) []thing {
	var out []thing
	for i := range f.Levels {
		out = append(out, thing{f.Levels[i].ID, f.Levels[i].Formerly})
	}
	return out
}

func trackThings(f *Framework) []thing {
	var out []thing
	for _, t := range f.Tracks {
		out = append(out, thing{t.ID, t.Formerly})
	}
	return out
}

func areaThings(f *Framework) []thing {
	var out []thing
	for _, a := range f.Areas {
		out = append(out, thing{a.ID, a.Formerly})
	}
	return out
}

func competencyThings(f *Framework) []thing {
	var out []thing
	for i := range f.Competencies {
		out = append(out, thing{f.Competencies[i].ID, f.Competencies[i].Formerly})
	}
	return out
}

func roleThings(f *Framework) []thing {
	var out []thing
	for i := range f.Roles {
		out = append(out, thing{f.Roles[i].ID, f.Roles[i].Formerly})
	}
	return out
}

func aimThings(f *Framework) []thing {
	var out []thing
	for _, a := range f.Aims {
		out = append(out, thing{id: a.ID})
	}
	return out
}

// valueIn finds a thing of a list by its id, as a value of an edit.
func valueIn[T any](list func(*Framework) []T, idOf func(*T) string) func(f *Framework, id string) any {
	return func(f *Framework, id string) any {
		if x := byID(list(f), id, idOf); x != nil {
			return *x
		}
		return nil
	}
}

// text is the text that has a thing.
func (d *differ) text(inB bool) *Framework {
	if inB {
		return d.b
	}
	return d.a
}

func (d *differ) retired() RetiredIDs {
	if d.b.Retired == nil {
		return RetiredIDs{}
	}
	return *d.b.Retired
}

func (d *differ) levelKind() partKind {
	return partKind{
		name: "level", plural: "levels", pairing: &d.levels, retired: d.retired().Levels,
		value: valueIn(func(f *Framework) []Level { return f.Levels }, func(x *Level) string { return x.ID }),
		title: d.titleIn("a level", func(f *Framework, id string) (string, bool) {
			l, ok := f.Level(id)
			if !ok {
				return "", false
			}
			return l.Name(), true
		}),
		about: func(id string, inB bool) draft {
			s := d.slotOf(id, inB)
			c := draft{path: "levels." + id, at: []int{s}}
			if !inB {
				c.affects = c.at // the people of a level that is gone
			}
			return c
		},
		fresh: func(id string) (string, string) {
			l, _ := d.b.Level(id)
			says := "is a new level"
			if t, ok := d.b.Track(l.Track); ok {
				says += " on the track " + t.Title
			}
			if d.a.Retired != nil {
				if _, was := d.a.Retired.Levels[id]; was {
					return "level-returned", "was retired, and is a level again"
				}
			}
			return "level-added", says
		},
	}
}

// titleIn finds what people call things of one kind: in the text that is asked
// for, else in the other one. An id that neither has is not said: such texts
// are refused before anybody reads what changed in them.
func (d *differ) titleIn(kind string, find func(f *Framework, id string) (string, bool)) func(id string, inB bool) string {
	return func(id string, inB bool) string {
		for _, f := range []*Framework{d.text(inB), d.text(!inB)} {
			if title, ok := find(f, id); ok && title != "" {
				return title
			}
		}
		return kind + " that is not there"
	}
}

// slotOf is the slot of a level, by its id in either text; -1 if there is none.
func (d *differ) slotOf(id string, inB bool) int {
	for i, s := range d.slots {
		if inB && s.b != nil && s.b.ID == id || !inB && s.a != nil && s.a.ID == id {
			return i
		}
	}
	return -1
}

func (d *differ) trackKind() partKind {
	title := d.titleIn("a track", func(f *Framework, id string) (string, bool) {
		t, ok := f.Track(id)
		if !ok {
			return "", false
		}
		return t.Title, true
	})
	return partKind{
		name: "track", plural: "tracks", pairing: &d.tracks, retired: d.retired().Tracks, title: title,
		value: valueIn(func(f *Framework) []Track { return f.Tracks }, func(x *Track) string { return x.ID }),
		about: func(id string, inB bool) draft {
			c := draft{path: "tracks." + id, thing: "The track " + title(id, inB)}
			if !inB {
				c.affects = d.slotsWhere(func(s slot) bool { return s.a != nil && s.a.Track == id })
			}
			return c
		},
	}
}

func (d *differ) areaKind() partKind {
	title := d.titleIn("an area", func(f *Framework, id string) (string, bool) {
		a := byID(f.Areas, id, func(x *Area) string { return x.ID })
		if a == nil {
			return "", false
		}
		return a.Title, true
	})
	return partKind{
		name: "area", plural: "areas", pairing: &d.areas, retired: d.retired().Areas, title: title,
		value: valueIn(func(f *Framework) []Area { return f.Areas }, func(x *Area) string { return x.ID }),
		about: func(id string, inB bool) draft {
			return draft{path: "areas." + id, thing: "The area " + title(id, inB)}
		},
	}
}

func (d *differ) competencyKind() partKind {
	return partKind{
		name: "competency", plural: "competencies", pairing: &d.competencies, retired: d.retired().Competencies,
		value: valueIn(func(f *Framework) []Competency { return f.Competencies }, func(x *Competency) string { return x.ID }),
		title: d.titleIn("a competency", func(f *Framework, id string) (string, bool) {
			c, ok := f.Competency(id)
			if !ok {
				return "", false
			}
			return c.Title, true
		}),
		about: func(id string, inB bool) draft {
			return draft{path: "competencies." + id, row: 1 + d.rowOf(id, inB)}
		},
	}
}

func (d *differ) rowOf(id string, inB bool) int {
	for i, r := range d.rows {
		if inB && r.b != nil && r.idB == id || !inB && r.a != nil && r.idA == id {
			return i
		}
	}
	return -1
}

func (d *differ) roleKind() partKind {
	find := func(id string, inB bool) *Role {
		return byID(d.text(inB).Roles, id, func(x *Role) string { return x.ID })
	}
	return partKind{
		name: "role", plural: "roles", pairing: &d.roleIDs, retired: d.retired().Roles,
		value: valueIn(func(f *Framework) []Role { return f.Roles }, func(x *Role) string { return x.ID }),
		title: d.titleIn("a role", func(f *Framework, id string) (string, bool) {
			r := byID(f.Roles, id, func(x *Role) string { return x.ID })
			if r == nil {
				return "", false
			}
			return r.Title, true
		}),
		about: func(id string, inB bool) draft {
			was := id
			if inB {
				was = d.roleIDs.prev[id]
			}
			return draft{path: "roles." + id, role: find(id, inB), place: []string{"roles", was}}
		},
	}
}
