package ladder

import (
	"errors"
	"reflect"
	"strings"
	"unicode"
)

var errOther = errors.New("the text reads otherwise here than where the change was made")

// found says whether a value is what an edit found there.
func found(v reflect.Value, was any) error {
	switch w := reflect.ValueOf(was); {
	case was == nil && v.IsZero():
		return nil
	case was == nil || w.Type() != v.Type(), v.Kind() == reflect.String && v.String() != w.String():
		return errOther
	case v.Kind() == reflect.String:
		return nil
	}
	is := v.Interface()
	if reflect.DeepEqual(is, was) {
		return nil
	}
	// An empty list and none are written alike.
	a, errA := marshal(is)
	b, errB := marshal(was)
	if errA != nil || errB != nil || string(a) != string(b) {
		return errOther
	}
	return nil
}

// valueFor is a value of a type, nothing where it is nil.
func valueFor(t reflect.Type, value any) (reflect.Value, error) {
	if value == nil {
		return reflect.Zero(t), nil
	}
	v := reflect.ValueOf(value)
	if !v.Type().AssignableTo(t) {
		return v, errors.New("what the change puts here has no place here")
	}
	return v, nil
}

// fieldNames are the fields of the types that a framework is made of, by type
// and the name that they have in paths: that of the JSON.
var fieldNames = namesOf(reflect.TypeFor[Framework](), map[reflect.Type]map[string]int{})

func namesOf(t reflect.Type, out map[reflect.Type]map[string]int) map[reflect.Type]map[string]int {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return namesOf(t.Elem(), out)
	case reflect.Struct:
	default:
		return out
	}
	if out[t] != nil {
		return out
	}
	out[t] = map[string]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			r := []rune(f.Name)
			name = string(unicode.ToLower(r[0])) + string(r[1:])
		}
		out[t][name] = i
		namesOf(f.Type, out)
	}
	return out
}
