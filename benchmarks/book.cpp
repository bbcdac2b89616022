// Books of price levels, then time: the algorithm of market/matching.py in C++, as its measure. Messages and fills have
// the bytes of market/layout.py; LIMIT, IOC, CANCEL and REPLACE of valid messages. An order that meets one of its own
// owner cancels it. Occupied levels stand in a bitmap with a summary of 64 words a bit.
#include <cstddef>
#include <cstdint>
#include <vector>
using std::size_t;
struct Message { uint8_t kind, side; uint16_t security; int32_t owner, level, face; int64_t id; int32_t status, filled; };
struct Order { int32_t level, face, next, previous, owner; uint16_t security; uint8_t side, stays; int64_t id; };
struct Fill { int32_t security, level; int64_t face; int32_t taker, maker, maker_id, side; };
struct Level { int32_t head, tail; int64_t face; };
enum { LIMIT = 0, IOC = 2, CANCEL = 4, REPLACE = 5 };
struct Books {
    int n_levels, n_words, n_summary;
    std::vector<Level> levels; std::vector<uint64_t> words, summary; std::vector<int32_t> bid, ask, slot_of;
    std::vector<Order> orders; int32_t free_head = 0, unused = 1;
    Books(int securities, int n, int64_t ids, int pool) : n_levels(n), n_words((n + 63) / 64), n_summary((n_words + 63) / 64),
        levels((size_t)securities * n), words((size_t)securities * n_words), summary((size_t)securities * n_summary),
        bid(securities, -1), ask(securities, n), slot_of(ids + 1), orders(pool + 1) {}
    int up(int s, int level) {  // the next occupied level above, n_levels if none
        int at = level + 1;
        if (at >= n_levels) return n_levels;
        int w = at >> 6;
        uint64_t bits = words[(size_t)s * n_words + w] & (~0ull << (at & 63));
        if (bits) return (w << 6) + __builtin_ctzll(bits);
        for (int v = (w + 1) >> 6, first = (w + 1) & 63; v < n_summary; ++v, first = 0) {
            uint64_t some = summary[(size_t)s * n_summary + v] & (~0ull << first);
            if (some) { w = (v << 6) + __builtin_ctzll(some); return (w << 6) + __builtin_ctzll(words[(size_t)s * n_words + w]); }
        }
        return n_levels;
    }
    int down(int s, int level) {  // the next occupied level below, -1 if none
        int at = level - 1;
        if (at < 0) return -1;
        int w = at >> 6;
        uint64_t bits = words[(size_t)s * n_words + w] & (~0ull >> (63 - (at & 63)));
        if (bits) return (w << 6) + 63 - __builtin_clzll(bits);
        if (w == 0) return -1;
        for (int v = (w - 1) >> 6, last = (w - 1) & 63; v >= 0; --v, last = 63) {
            uint64_t some = summary[(size_t)s * n_summary + v] & (~0ull >> (63 - last));
            if (some) { w = (v << 6) + 63 - __builtin_clzll(some); return (w << 6) + 63 - __builtin_clzll(words[(size_t)s * n_words + w]); }
        }
        return -1;
    }
    void unlink(int slot) {
        Order &o = orders[slot];
        Level &q = levels[(size_t)o.security * n_levels + o.level];
        (o.previous ? orders[o.previous].next : q.head) = o.next;
        (o.next ? orders[o.next].previous : q.tail) = o.previous;
        q.face -= o.face;
        if (q.head) return;
        uint64_t &word = words[(size_t)o.security * n_words + (o.level >> 6)];
        word &= ~(1ull << (o.level & 63));
        if (!word) summary[(size_t)o.security * n_summary + (o.level >> 12)] &= ~(1ull << ((o.level >> 6) & 63));
        if (o.level == bid[o.security]) bid[o.security] = down(o.security, o.level);
        if (o.level == ask[o.security]) ask[o.security] = up(o.security, o.level);
    }
    void release(int slot) { slot_of[orders[slot].id] = 0; orders[slot].next = free_head; free_head = slot; }
    void append(int slot, int level, int face) {
        Order &o = orders[slot];
        Level &q = levels[(size_t)o.security * n_levels + level];
        o.level = level; o.face = face; o.next = 0; o.previous = q.tail;
        (q.tail ? orders[q.tail].next : q.head) = slot;
        q.tail = slot; q.face += face;
        words[(size_t)o.security * n_words + (level >> 6)] |= 1ull << (level & 63);
        summary[(size_t)o.security * n_summary + (level >> 12)] |= 1ull << ((level >> 6) & 63);
        if (o.side == 0) { if (level > bid[o.security]) bid[o.security] = level; }
        else if (level < ask[o.security]) ask[o.security] = level;
    }
    int take(const Message &m, int s, int side, int left, Fill *fills, int64_t &n) {
        while (left > 0) {
            int level = side == 0 ? ask[s] : bid[s];
            if (side == 0 ? level > m.level : level < m.level) break;
            Level &q = levels[(size_t)s * n_levels + level];
            while (q.head && left > 0) {
                int slot = q.head;
                Order &o = orders[slot];
                if (o.owner == m.owner) { unlink(slot); release(slot); continue; }
                int face = left < o.face ? left : o.face;
                fills[n++] = Fill{s, level, face, m.owner, o.owner, (int32_t)o.id, side};
                left -= face;
                if (face == o.face) { unlink(slot); release(slot); }
                else { o.face -= face; q.face -= face; }
            }
        }
        return left;
    }
    int64_t process(Message *messages, int64_t count, Fill *fills) {
        int64_t n = 0;
        for (int64_t k = 0; k < count; ++k) {
            Message &m = messages[k];
            int slot = m.kind == IOC ? 0 : slot_of[m.id], s = m.security, side = m.side;
            if (m.kind == CANCEL || m.kind == REPLACE) {
                if (!slot) { m.status = 1; continue; }
                Order &o = orders[slot];
                s = o.security; side = o.side;
                if (m.kind == CANCEL) { unlink(slot); release(slot); m.status = 0; continue; }
                if (o.level == m.level && m.face <= o.face) {
                    levels[(size_t)s * n_levels + o.level].face -= o.face - m.face; o.face = m.face; m.status = 0; continue;
                }
                unlink(slot);
            }
            int left = take(m, s, side, m.face, fills, n);
            m.filled = m.face - left; m.status = 0;
            if (left == 0 || m.kind == IOC) { if (slot) release(slot); continue; }
            if (!slot) {
                slot = free_head ? free_head : unused++;
                if (slot == free_head) free_head = orders[slot].next;
                orders[slot].owner = m.owner; orders[slot].security = s; orders[slot].side = side; orders[slot].id = m.id;
                slot_of[m.id] = slot;
            }
            append(slot, m.level, left);
        }
        return n;
    }
};
extern "C" {
void *make(int securities, int levels, int64_t ids, int pool) { return new Books(securities, levels, ids, pool); }
int64_t process(void *books, Message *messages, int64_t n, Fill *fills) { return ((Books *)books)->process(messages, n, fills); }
void drop(void *books) { delete (Books *)books; }
}
