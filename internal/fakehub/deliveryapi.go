package fakehub

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// appDeliveries are those of the App that can still be redelivered, newest first.
func (h *Hub) appDeliveries() []*delivery {
	var out []*delivery
	for i := len(h.sent) - 1; i >= 0; i-- {
		if d := h.sent[i]; d.hook == nil && h.now().Sub(d.At) < deliveryLife {
			out = append(out, d)
		}
	}
	return out
}

// listDeliveries has cursors, not pages: each is where the next part begins.
func listDeliveries(c *call) (reply, *refusal) {
	size, from := c.number("per_page", 30), c.query.Get("cursor")
	items, next := []obj{}, ""
	for _, d := range c.hub.appDeliveries() {
		if want := c.query.Get("status"); want != "" && (want == "success") != (d.status() == "OK") {
			continue
		}
		if from != "" && from != strconv.Itoa(d.ID) {
			continue
		}
		from = ""
		if len(items) == size {
			next = strconv.Itoa(d.ID)
			break
		}
		items = append(items, d.render())
	}
	return reply{status: http.StatusOK, body: items, next: next}, nil
}

func (c *call) delivery() *delivery {
	for _, d := range c.hub.appDeliveries() {
		if d.ID == atoi(c.params["delivery_id"]) {
			return d
		}
	}
	return nil
}

func getDelivery(c *call) (reply, *refusal) {
	d := c.delivery()
	if d == nil {
		return no(notFound())
	}
	out := d.render()
	out["url"] = d.url
	out["request"] = obj{"headers": flat(d.request), "payload": json.RawMessage(d.Payload)}
	out["response"] = obj{"headers": flat(d.reply), "payload": d.answer}
	return ok(out)
}

func redeliver(c *call) (reply, *refusal) {
	d := c.delivery()
	if d == nil {
		return no(notFound())
	}
	c.hub.again(d)
	return reply{status: http.StatusAccepted, body: obj{}}, nil
}
