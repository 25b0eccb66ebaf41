"""The head verb of an initiative: its adverbs, its verb or coordinated verbs, and what it governs.

An initiative begins with its verb, mostly after adverbs; then everything is decided where it begins. Only spans that begin
otherwise (with a prepositional phrase or with what is to be done) are searched for the verb that governs their end.
"""

from collections.abc import Iterator

from transforms.found import Found
from transforms.lexicon import Lexicon
from transforms.longest import Longest
from transforms.prefilter import ANY, Prefilter
from transforms.signals import Possible
from transforms.words import Words

_PHRASE_TAGS = frozenset({"l", "i", "v"})
_VERB_TAGS = frozenset({"v", "vg", "i"})
_NOUNS = frozenset({"n", "nz", "a", "an"})
_NAMED = _NOUNS | {"vn"}
_GOVERNED = frozenset({"takes", "pushed"})
_MAY_SERVE = frozenset({"around", "manner", "means", "phrase", "place", "use"})
_MAY_GOVERN = frozenset({"around", "means", "use"})
_TEARABLE = frozenset({2, 3, 4})
_MAY_BEGIN_WORDS = frozenset({"phrase", "regard"})


class Head:
    """The head of an initiative; `verb` is None where it has none (城镇调查失业率5.5%左右)."""

    def __init__(
        self, adverb: Found[str] | None, verb: Found[str] | None, object: Found[str] | None
    ) -> None:
        self.adverb = adverb
        self.verb = verb
        self.object = object


class _Chain:
    """A verb (or several that go together) at `start:end`; `adverbs` is where the adverbs before it begin."""

    def __init__(self, adverbs: int, start: int, end: int) -> None:
        self.adverbs = adverbs
        self.start = start
        self.end = end


class Verbs:
    """Finds the head of an initiative; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon, words: Words, prefilter: Prefilter | None = None) -> None:
        prefilter = prefilter or Prefilter()
        self._words = words
        self._forms = _Forms(lexicon)
        self._into_bit = prefilter.add(self._forms.into)
        self._phrases = Possible(
            (prefilter.add(rule.pattern), rule.pattern) for rule in lexicon.rules("verb_phrases")
        )
        self._theme_modal_bit = prefilter.add(self._forms.theme_modal)
        traits = lexicon.mapping("verbs", "traits")
        self._traits = {term: frozenset(codes.split()) for term, codes in traits.items()}
        self._verbs = Longest(traits)
        self._adverbs = Longest(t for t in lexicon.terms("adverbs") if t not in self._traits)
        # 主动作为 is an adverb and its verb, set as the phrase may be.
        self._idioms = Longest(lexicon.terms("idioms", split=""))
        self._parted = frozenset(lexicon.terms("idioms", split="yes"))
        self._states = frozenset(lexicon.terms("idioms", kind="goal"))
        self._closers = Longest(lexicon.terms("closers"))
        self._constructions = lexicon.mapping("prepositions", "construction")
        self._prepositions = Longest(self._constructions)
        idioms = self._idioms.terms
        self._quick_adverbs = frozenset(t for t in self._adverbs.terms - idioms if len(t) > 1)
        self._quick_verbs = (
            frozenset(t for t in traits if len(t) > 1 and "empty" not in self._traits[t])
            - idioms
            - frozenset(self._constructions)
        )
        self._lexemes = Longest({*traits, *self._adverbs.terms, *idioms, *self._constructions})
        self._searches = {
            "around": self._around,
            "disposal": self._disposal,
            "giving": self._giving,
            "manner": self._manner,
            "means": self._means,
            "phrase": self._phrase,
            "place": self._place,
            "regard": self._regard,
            "use": self._use,
        }

    def head(self, plain: str, start: int, end: int, may: int = ANY) -> Head:
        """The head of the initiative `plain[start:end]`, whose frame has been taken off.

        `may` are the bits that the prefilter gives the clause in which it stands.
        """
        if may & self._into_bit and (match := self._forms.into.match(plain, start, end)):
            chain: _Chain | None = _Chain(start, *match.span(1))
        else:
            chain = (
                self._bound(plain, start, end, may)
                or self._of_theme(plain, start, end, may)
                or self._paired(plain, start, end)
                or self._plain_start(plain, start, end)
                or self._find(plain, start, end, may)
                or self._outside(plain, start, end)
            )
        if chain is None:
            return Head(None, None, _found(plain, start, end))
        return Head(
            _found(plain, chain.adverbs, chain.start),
            _found(plain, chain.start, chain.end),
            self._object(plain, start, end, chain),
        )

    def _bound(self, plain: str, start: int, end: int, may: int = ANY) -> _Chain | None:
        """The verb that a phrase tells by its own words."""
        for phrase in self._phrases.of(may):
            if match := phrase.match(plain, start, end):
                at, stop = match.span(match.lastindex or 0)
                if self._are_adverbs(plain, start, at):
                    return _Chain(start, at, stop)
                has_adverb = "adverb" in phrase.groupindex and match["adverb"]
                return _Chain(match.start("adverb") if has_adverb else at, at, stop)
        return None

    def _are_adverbs(self, plain: str, start: int, end: int) -> bool:
        """Whether nothing but adverbs stands there."""
        place = start
        while place < end and (stop := self._adverb(plain, place, end)) > place:
            place = stop
        return place == end

    def _of_theme(self, plain: str, start: int, end: int, may: int) -> _Chain | None:
        """The predicate behind the 要 inside a span, whatever what is spoken of begins with: 摸排要到位."""
        if not may & self._theme_modal_bit:
            return None
        modal = self._forms.theme_modal.search(plain, start + 1, end)
        if modal is None or self._is_quoted(plain, start, modal.start()):
            return None
        place = self._after_adverbs(plain, start, end)
        if self._forms.telling.match(plain, place, end):
            return None
        return self._after_modal(plain, start + 1, end)

    def _outside(self, plain: str, start: int, end: int) -> _Chain | None:
        """Where no verb of the lists is: the dictionary's first, or a set phrase of four characters (分片包干)."""
        if figure := self._forms.figure.search(plain, start, end):
            # 公路绿化1060公里: the verb behind what it is done to.
            at = figure.start() - 2
            return (
                _Chain(at, at, at + 2) if plain[max(start, at) : at + 2] in self._traits else None
            )
        place = start
        while place < (stop := self._adverb(plain, place, end)) < end:
            place = stop
        at = place
        while at < end:
            stop = self._words.at(plain, at, end)
            word = plain[at:stop]
            is_verb = word in self._traits or (
                len(word) > 1
                and self._words.tag(word) in _VERB_TAGS
                and word not in self._adverbs.terms
            )
            if is_verb and not plain.startswith(self._forms.attributive, stop, end):
                return _Chain(place if at == place else at, at, stop)
            if at == place and self._forms.phrase.match(plain, place, end):
                return _Chain(start, place, place + 4)
            at = stop
        return None

    def _paired(self, plain: str, start: int, end: int) -> _Chain | None:
        """Two deeds without a mark between them, of four and of three characters (保障民生增福祉): the second governs."""
        at = start + 4
        if end - start != 7 or plain[at] not in self._traits:
            return None
        bounds = {start: start + 2, start + 2: at, at - 1: at, at: at + 1, at + 1: end}
        if any(self._words.at(plain, place, end) > bound for place, bound in bounds.items()):
            return None
        is_pair = self._known(plain, start, end) == start + 2
        is_pair = is_pair and not self._forms.governing.match(plain, start)
        # 精心谋划增后劲: how the first is done may stand before it.
        is_pair = is_pair or (
            self._adverb(plain, start, end) == start + 2
            and self._known(plain, start + 2, end) == at
            and not self._forms.taking.match(plain, start + 2)
        )
        is_pair = is_pair and self._words.at(plain, at + 1, end) == end
        return _Chain(at, at, at + 1) if is_pair else None

    def _plain_start(self, plain: str, start: int, end: int) -> _Chain | None:
        """The head of a span of the plainest form, adverbs, one verb, and a noun: most are, and no more is asked then."""
        place = start
        stop = self._lexemes.at(plain, place, end)
        while plain[place:stop] in self._quick_adverbs:
            place, stop = stop, self._lexemes.at(plain, stop, end)
        verb = plain[place:stop]
        if verb[:1] in self._prepositions.terms and self._preposition(plain, place, end) > place:
            return None
        if verb not in self._quick_verbs or stop == end or plain[stop] in self._forms.marks:
            return None
        if len(verb) in _TEARABLE and self._tears(plain, place, stop, end):
            return None
        if len(verb) == 4 and self._forms.growth.match(plain, place + 2, end):
            return None
        if self._splits(plain, place, stop, end):
            return None
        if self._before_phrase(plain, place, stop, end):
            return None
        following = plain[stop : self._lexemes.at(plain, stop, end)]
        if following and self._may_join(verb, following):
            return None
        if "noun" in self._traits[verb] and self._is_theme(plain, _Chain(start, place, stop), end):
            return None
        return _Chain(start, place, stop)

    def _may_join(self, verb: str, following: str) -> bool:
        """Whether what follows a verb may be led to by it or go together with it."""
        traits, governed = self._traits[verb], self._traits.get(following)
        if len(following) == 1:
            return "firm" in traits
        if "pairs" in traits:
            return True
        if "lead" in traits:
            return (
                governed is None
                or "noun" not in governed
                or bool(governed & _GOVERNED)
                or "any" in traits
            )
        if governed is None:
            return False
        return following[0] == verb[0] or ("pure" in governed and "light" not in traits)

    def _find(self, plain: str, start: int, end: int, may: int = ANY) -> _Chain | None:
        if end - start < 20 and (match := self._forms.slogan.match(plain[start:end])):
            stop = start + 4
            if self._idioms.at(plain, start, stop) == stop:
                return _Chain(start, start, stop)
            end = stop if match.end() > 4 else end
        at = self._after_adverbs(plain, start, end)
        if at > start and (chain := self._bound(plain, at, end, may)):
            return _Chain(start if chain.adverbs == at else chain.adverbs, chain.start, chain.end)
        at = self._within_quotation(plain, at, end)
        led = self._known(plain, at, end)
        if self._before_phrase(plain, at, led, end):
            at = led
        if (stop := self._preposition(plain, at, end)) > at:
            construction = self._constructions[plain[at:stop]]
            if chain := self._closing(plain, stop, end, construction):
                return chain
            chain = self._purpose(plain, stop, end) if construction in _MAY_SERVE else None
            if chain := chain or self._searches[construction](plain, stop, end):
                return chain
        chain = self._chain(plain, start, at, end)
        if chain is None or self._is_theme(plain, chain, end):
            return self._predicate(plain, start, at, end) or chain
        return chain

    def _before_phrase(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a verb that leads to every other only tells how what a phrase opens is done: 合力把茶乡建成花园."""
        if "any" not in self._traits.get(plain[place:stop], ()):
            return False
        close = self._preposition(plain, stop, end)
        return close > stop and self._constructions[plain[stop:close]] != "manner"

    def _purpose(self, plain: str, start: int, end: int) -> _Chain | None:
        """用…来检验…, 采取…等方式提升…: the verb that stands behind what closes the phrase."""
        for match in self._forms.purpose.finditer(plain, start, end):
            at = self._after_adverbs(plain, match.end(), end)
            if chain := self._chain(plain, match.end(), at, end):
                return chain
        return None

    def _closing(self, plain: str, start: int, end: int, construction: str) -> _Chain | None:
        """The set phrase that closes a span: 围绕中心工作凝心聚力, but not 以改革推动项目落地见效."""
        at = end - 4
        if at <= start + 2 or self._idioms.at(plain, at, end) != end:
            return None
        if self._is_plain_verb(plain[at - 2 : at]) or plain[at - 1] in self._forms.marks:
            return None
        found = self._strong(plain, start, at)
        if found is None and construction == "manner" and (taken := self._taking(plain, start, at)):
            return self._from(plain, taken, end)  # 用法治保障群众安居乐业
        if found is None:
            return _Chain(at, at, end)
        # 采取措施确保任务落地见效: what is made sure of is the phrase.
        may_govern = construction in _MAY_GOVERN and self._forms.governing.match(plain, *found)
        if construction == "manner" or may_govern:
            return None
        return _Chain(at, at, end)

    def _preposition(self, plain: str, place: int, end: int) -> int:
        """The end of the preposition at `place`, unless a verb or another word begins there (对外开放)."""
        stop = self._prepositions.at(plain, place, end)
        if stop == place:
            return place
        verb = self._verbs.at(plain, place, end)
        if verb > stop and not self._is_torn(plain, place, stop, verb, end):
            return place
        if self._constructions[plain[place:stop]] in _MAY_GOVERN and self._forms.complement.match(
            plain, stop, end
        ):
            # 运用好监督成果 is to use, unless there is a deed that the use serves.
            tail = max(stop, plain.rfind(self._forms.attributive, stop, end)) + 1
            return stop if self._strong(plain, tail, end) else place
        if stop - place == 1 and self._constructions[plain[place:stop]] in _MAY_BEGIN_WORDS:
            word = self._words.at(plain, place, end)
            # 对抗旱工作: a word begins in the middle of what seems to be one.
            return stop if word == stop or self._words.at(plain, stop, end) > word else place
        return stop

    def _is_torn(self, plain: str, place: int, stop: int, verb: int, end: int) -> bool:
        """Whether a word begins in the middle of what seems to be a verb: 从政治上, 把好事办好, but not 用好人才."""
        word = self._words.at(plain, stop, end)
        is_noun = (self._words.tag(plain[stop:word]) or "x")[0] == "n"
        is_sure = is_noun and self._constructions[plain[place:stop]] != "manner"
        return word > verb and (is_sure or word - stop > 2)

    def _is_theme(self, plain: str, chain: _Chain, end: int) -> bool:
        """Whether the verb found is only part of what is spoken of: 改革要…, 投资增长5%, 闲置的厂房…."""
        if plain.startswith(self._forms.attributive, chain.end, end):
            return True
        if self._forms.theme_list.match(plain, chain.end, end):
            return True
        if self._forms.on.match(plain, chain.end, end):
            # 配合上无缝对接, but not 提升上市企业.
            return self._words.at(plain, chain.end, end) == chain.end + 1
        verb = plain[chain.start : chain.end]
        if len(verb) > 1 and not self._is_noun(verb) and verb in self._traits:
            return False
        if self._forms.modal.match(plain, chain.end, end):
            return True
        return self._of_figure(plain, chain.end, end) is not None

    # ------------------------------------------------------------------ adverbs

    def _after_adverbs(self, plain: str, start: int, end: int) -> int:
        """Where the adverbs that begin at `start` end: the last place at which something they can govern begins."""
        place = start
        stops = [start]
        while (stop := self._adverb(plain, place, end)) > place:
            # 在水利上持续用力: what closes the span is what is done.
            if stop == end and plain[place:stop] in self._parted:
                stop = self._adverb(plain, place, end - 1)
            if stop in (place, end):
                break
            idiom = self._idiom(plain, place, end)
            if idiom == end or (idiom > place and self._forms.slogan.match(plain[place:end])):
                return place  # 带头廉洁自律: the set phrase begins with what is an adverb elsewhere
            stops.append(stop)
            place = stop
        for stop in reversed(stops):
            place = self._within_quotation(plain, stop, end)
            if (
                self._verb(plain, place, end) > place
                or self._prepositions.at(plain, stop, end) > stop
            ):
                return stop
        return start

    def _is_quoted(self, plain: str, start: int, place: int) -> bool:
        """Whether a quotation mark that opens within the span is not closed before `place`: 压实“要管山先管人”责任."""
        opened = plain.rfind(self._forms.quotation, start + 1, place)
        return opened > plain.rfind(self._forms.unquotation, start, place)

    def _within_quotation(self, plain: str, place: int, end: int) -> int:
        """The place behind a quotation mark that opens there: “放空炮”."""
        return place + 1 if plain.startswith(self._forms.quotation, place, end) else place

    def _adverb(self, plain: str, place: int, end: int) -> int:
        """The end of one adverb, with 地 and with the 、 before a further one; `place` if there is none."""
        stop = self._adverbs.at(plain, place, end)
        if self._verbs.at(plain, place, end) > max(stop, place + 1):
            return place
        if stop == place + 1 and self._words.at(plain, place, end) > max(
            stop, self._verbs.at(plain, stop, end)
        ):
            return place
        if stop == place:
            if plain.find(self._forms.adverb_mark, place + 2, min(end, place + 7)) < 0:
                return place
            match = self._forms.manner.match(plain, place, end)
            return match.end() if match else place
        if plain.startswith(self._forms.adverb_mark, stop, end) and stop + 1 < end:
            stop += 1
        elif stop - place > 3 and plain.startswith(self._forms.attributive, stop, end):
            # 坚定不移的优化: 的 for 地, where what follows can only be done.
            stop += self._is_done(plain, stop + 1, end)
        if (
            plain.startswith(self._forms.comma, stop, end)
            and self._adverbs.at(plain, stop + 1, end) > stop + 1
        ):
            stop += 1
        return stop

    def _is_done(self, plain: str, place: int, end: int) -> bool:
        """Whether a verb that is no noun stands there with its object, or a phrase that puts its object first."""
        place = max(place, self._adverbs.at(plain, place, end))
        stop = self._known(plain, place, end)
        if stop - place > 1:
            return stop < end and self._is_plain_verb(plain[place:stop])
        preposition = plain[place : self._prepositions.at(plain, place, end)]
        return self._constructions.get(preposition) == "disposal"

    # ------------------------------------------------------------------ verbs that begin a span

    def _verb(self, plain: str, place: int, end: int) -> int:
        """The end of the verb that begins at `place`, of the lexicon or of the dictionary; `place` if none does."""
        stop = self._known(plain, place, end)
        if stop > place or place >= end:
            return stop
        stop = self._idiom(plain, place, end)
        if stop > place:
            return stop
        longest = self._words.at(plain, place, end)
        word = plain[place:longest]
        is_verb = (
            len(word) > 1
            and self._words.tag(word) in _VERB_TAGS
            and word not in self._adverbs.terms
        )
        if is_verb and self._governs_noun(plain, place, longest, end):
            return place + 1
        return longest if is_verb or self._is_triple(plain, place, longest, end) else place

    def _is_triple(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a verb of one character governs a word of two, and no more stands there: 鼓干劲、扬正气."""
        last = place + 3
        if stop - place != 1 or (self._words.tag(plain[place:stop]) or "x") != "v":
            return False
        is_end = last == end or plain[last : last + 1] in self._forms.separators
        return is_end and self._words.at(plain, stop, end) == last

    def _governs_noun(self, plain: str, place: int, longest: int, end: int) -> bool:
        """Whether a verb of one character governs a noun whose first half the dictionary gives to it: 补短板, 赶进度."""
        last = place + 3
        if longest != place + 2 or plain[place] not in self._traits:
            return False
        # 交纳税金: what the first half leaves is a word as well.
        if self._words.at(plain, longest, end) > last:
            return False
        noun = plain[place + 1 : last]
        return self._words.at(plain, place + 1, end) == last and self._words.tag(noun) in _NOUNS

    def _known(self, plain: str, place: int, end: int) -> int:
        """The end of the verb of the lexicon at `place`, unless it only begins a longer word there."""
        stop = self._verbs.at(plain, place, end)
        if stop == place:
            return place
        if stop - place == 1:
            return stop if self._is_whole(plain, place, stop, end) else place
        if stop - place in _TEARABLE and self._tears(plain, place, stop, end):
            stop = (place + stop) // 2
        elif stop - place == 4 and (
            plain.startswith(self._forms.attributive, stop, end)
            or self._forms.growth.match(plain, place + 2, end)
        ):
            # 建立完善的制度, 保持发展定力: the second only describes.
            half = place + 2
            stop = half if self._is_plain_verb(plain[place:half]) else stop
        elif self._splits(plain, place, stop, end):
            return place + 1
        if plain[stop : stop + 1] in self._forms.noun_endings and self._begins_noun(
            plain, place, stop, end
        ):
            return place
        return stop

    def _tears(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a noun begins in the middle of what seems to be a verb: 抓实体经济, 支持保障性住房."""
        middle = (place + stop) // 2
        word = self._words.at(plain, middle, end)
        # 做大园区, but not 抓实体经济: of two characters the noun may be one by chance.
        if (
            word <= stop
            or word - middle < 3
            or (self._words.tag(plain[middle:word]) or "x")[0] != "n"
        ):
            return False
        return plain[place:middle] in self._traits and self._words.at(plain, place, end) < stop

    def _splits(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a phrase of three is a verb of one character and a noun, whatever its first two may be: 定责任, 提质量."""
        last = place + 3
        if stop != place + 2 or (last < end and plain[last] not in self._forms.separators):
            return False
        if last > end or plain[place] not in self._traits:
            return False
        if self._forms.resultative.match(plain, place + 1, stop):  # 开好头
            return False
        if self._forms.complement.match(plain, stop, last):  # 学习好
            return False
        word = plain[place + 1 : last]
        is_object = self._words.tag(word) in _NAMED or self._is_noun(word)
        if not is_object and self._words.tag(plain[place:stop]) is None:
            is_object = word in self._traits  # 抓深化, but not 推广开
        return is_object and self._words.at(plain, place + 1, end) == last

    def _is_whole(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether one character stands for itself there: 打基础, 落到实处, but not 打消 or 建材."""
        longest = self._words.at(plain, place, end)
        if longest == stop or self._forms.resultative.match(plain, stop, longest):
            return True
        # 防风险、保安全: a phrase of three is a verb and a word of two, whatever word its first two may be.
        last = place + 3
        is_noun = self._words.tag(plain[stop:last]) in _NAMED  # 做工作
        if not is_noun and self._forms.resultative.match(plain, last - 1, last):  # 保管好
            return False
        if last == end or plain[last : last + 1] in self._forms.separators:
            return self._words.at(plain, stop, last) == last
        return self._words.tag(plain[place:longest]) == "l"

    def _idiom(self, plain: str, place: int, end: int) -> int:
        """The end of a set phrase that is a predicate by itself, if nothing follows it."""
        stop = self._idioms.at(plain, place, end)
        if stop > place and (stop == end or plain[stop] in self._forms.separators):
            return stop
        return place

    def _begins_noun(self, plain: str, place: int, stop: int, end: int) -> bool:
        longest = self._words.at(plain, place, end)
        tag = self._words.tag(plain[place:longest]) if longest > stop else None
        if tag is None or tag[0] != "n":
            return False
        # 推进机构改革, 组织学习: a word of its own begins with what seemed to make a noun of the verb.
        further = self._words.at(plain, stop, end)
        if further == longest > stop + 1 and self._is_plain_verb(plain[place:stop]):
            return False  # 方便群众: the dictionary has phrases among its nouns
        return further <= longest or (self._words.tag(plain[stop:further]) or "x")[0] not in "nvl"

    def _is_noun(self, verb: str) -> bool:
        return "noun" in self._traits.get(verb, ())

    def _is_plain_verb(self, word: str) -> bool:
        return word in self._traits and "noun" not in self._traits[word]

    def _chain(self, plain: str, adverbs: int, place: int, end: int) -> _Chain | None:
        """The verb at `place`, past those that only lead to another, with those that are joined to it."""
        stop = self._idiom(plain, place, end)
        if stop > place:
            return _Chain(adverbs, place, stop)
        stop = self._verb(plain, place, end)
        if stop == place:
            return None
        if (idiom := self._idioms.at(plain, place, end)) == place + 4:
            # 真抓实干推动项目落地: how the deed behind is done.
            behind = self._after_adverbs(plain, idiom, end)
            after = self._known(plain, behind, end)
            has_object = after < end and not self._forms.no_object.match(plain, after, end)
            if has_object and after - behind > 1 and self._is_plain_verb(plain[behind:after]):
                place, stop = behind, after
        while "lead" in self._traits.get(plain[place:stop], ()):
            following = self._after_adverbs(plain, stop, end)
            end_of_following = self._known(plain, following, end)
            if not self._leads(plain, place, stop, following, end_of_following, end):
                break
            place, stop = following, end_of_following
        while "empty" in self._traits.get(plain[place:stop], ()):
            behind = self._after_adverbs(plain, stop, end)
            if (after := self._known(plain, behind, end)) == behind:
                break
            place, stop = behind, after
        return _Chain(adverbs, place, self._joined(plain, place, stop, end))

    def _leads(
        self, plain: str, place: int, stop: int, following: int, after: int, end: int
    ) -> bool:
        """Whether the verb `plain[place:stop]` only leads to the verb at `following`, which has an object of its own."""
        if following == after:
            return False
        if after == end or self._forms.no_object.match(plain, after, end):
            return self._leads_bare(plain, place, stop, following, after, end)
        traits, governed = self._traits[plain[place:stop]], self._traits[plain[following:after]]
        if after - following == 1:
            return "firm" in traits
        if self._is_no_deed(plain, following, after, end):
            return False
        if "any" in traits:
            return not ("noun" in governed and self._forms.own_noun.match(plain, after, end))
        if "causes" in traits:
            return self._is_pushed(plain, governed, after, end)
        if "noun" not in governed:
            return True
        if self._is_cut(plain, following, after, end):  # 规范建设项目
            return False
        # 规范学习管理: two nouns that are verbs elsewhere make one.
        if self._is_noun(plain[place:stop]) and self._is_noun(plain[after:end]):
            return False
        return (
            "firm" not in traits
            and "takes" in governed
            and not self._forms.own_noun.match(plain, after, end)
        )

    def _is_no_deed(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a verb only describes a noun, or gives a campaign its name: 深化整治行动."""
        is_name = stop - place > 2 or self._is_noun(plain[place:stop])
        if is_name and self._forms.campaign.match(plain, stop, end):
            return True
        return self._is_describing(plain, place, stop, end)

    def _is_describing(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a verb only tells which noun is meant: 探索符合村情的路子, 聚焦影响增收的问题."""
        is_such = self._forms.describing.fullmatch(plain, place, stop) is not None
        return is_such and plain.find(self._forms.attributive, stop, end) > 0

    def _leads_bare(
        self, plain: str, place: int, stop: int, following: int, after: int, end: int
    ) -> bool:
        """Whether a verb leads to one that has no object directly behind it."""
        traits = self._traits[plain[place:stop]]
        is_list = plain.startswith(self._forms.conjunctions, after, end)
        if "any" in traits and following == stop and after - stop > 1 and (is_list or after == end):
            # 严格监管: only how it is done stands before it.
            return True
        if not self._is_plain_verb(plain[following:after]):
            return False
        if after == end:
            if "noun" in traits:
                return False
            # 加快推进: what leads to a verb that is no noun leads to it without an object as well, but 推动融合发展.
            is_short = "causes" not in traits or after - following == 2
            return following == stop and after - following > 1 and is_short
        # 加快建立和完善制度: what leads to the first of them leads to all.
        return "causes" not in traits and self._listed(plain, after, end) > after

    def _is_pushed(self, plain: str, governed: frozenset[str], after: int, end: int) -> bool:
        """推动构建… is to build, 推动建设工作… or 推动推进…取得… is to push."""
        if "pushed" not in governed or self._forms.outcome.search(plain, after, end):
            return False
        if self._idioms.at(plain, after, end) == end > after:  # 推动产业发展行稳致远
            return False
        if self._forms.own_noun.match(plain, after, end):
            return False
        return "noun" not in governed or not self._ends_in_noun(plain, after, end)

    def _ends_in_noun(self, plain: str, start: int, end: int) -> bool:
        """Whether a span ends in a verb used as a noun (…平台建设), so that the verbs before it only describe."""
        return plain[max(start, end - 2) : end] in self._traits

    def _joined(self, plain: str, place: int, stop: int, end: int) -> int:
        """The end of the verbs that go together with `plain[place:stop]`."""
        listed = self._listed(plain, stop, end) if stop - place > 1 else stop
        if listed > stop:
            return listed
        if (beside := self._beside(plain, place, stop, end)) > stop:
            return beside
        after = self._known(plain, stop, end)
        if after - stop < 2 or after >= end or self._forms.own_noun.match(plain, after, end):
            return stop
        if plain.startswith(self._forms.attributive, after, end) or self._is_cut(
            plain, stop, after, end
        ):
            return stop
        verb, following = plain[place:stop], plain[stop:after]
        traits = self._traits.get(verb, frozenset())
        # 夯实做强产业的基础: what is given is the object.
        is_open = "give" not in traits or plain.find(self._forms.attributive, after, end) < 0
        if "light" not in traits and is_open and "pure" in self._traits[following]:
            return after
        is_echo = len(verb) == len(following) == 2 and verb[0] == following[0]
        is_echo = is_echo and "firm" not in self._traits[following]  # 坚持坚定的立场
        return after if is_echo and not self._is_noun(following) else stop

    def _beside(self, plain: str, place: int, stop: int, end: int) -> int:
        """The end of a verb that nothing but its place joins to `plain[place:stop]`: 细化分解, 梳理取消证明事项."""
        if "pairs" not in self._traits.get(plain[place:stop], ()):
            return stop
        after = self._known(plain, stop, end)
        if after - stop < 2 or self._forms.own_noun.match(plain, after, end):
            return stop
        if after == end or plain[after] in self._forms.separators:
            return stop if self._forms.drafts.match(plain, place, end) else after
        if self._is_cut(plain, stop, after, end):
            return stop
        is_plain = self._is_plain_verb(plain[stop:after])
        if not is_plain and self._forms.determiner.match(plain, after, end):  # 分析总结历年经验
            return after
        # 总结开展活动的经验: what is summed up is no deed.
        is_plain = is_plain and not self._forms.no_object.match(plain, after, end)
        return after if is_plain and plain.find(self._forms.attributive, after, end) < 0 else stop

    def _is_cut(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a longer word begins at `place`, which is no verb: 丰富多彩的活动."""
        longest = self._words.at(plain, place, end)
        return longest > stop and self._words.tag(plain[place:longest]) not in _VERB_TAGS - {"i"}

    def _is_ended(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether one character more makes a noun of a verb: 加强与投资人沟通, but not 巩固和发展商品粮基地."""
        word = self._words.at(plain, place, end)
        is_noun = word == stop + 1 and self._words.tag(plain[place:word]) == "n"
        return is_noun and self._words.at(plain, stop, end) == word

    def _listed(self, plain: str, stop: int, end: int) -> int:
        """The end of the verbs that 和 or 、 joins to the one that ends at `stop`, if an object follows them all."""
        place = stop
        while plain.startswith(self._forms.conjunctions, place, end):
            after = self._known(plain, place + 1, end)
            if not place + 3 <= after < end or "any" in self._traits[plain[place + 1 : after]]:
                return stop
            if self._is_ended(plain, place + 1, after, end):
                return stop
            is_next = plain.startswith(self._forms.comma, place, end)
            if is_next and self._leads_further(plain, place + 1, after, end):
                return stop
            place = after
        return stop if self._forms.no_object.match(plain, place, end) else place

    def _leads_further(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether the verb `plain[place:stop]` leads to another, so that a deed of its own begins: 规划、加快建设水厂."""
        if "lead" not in self._traits[plain[place:stop]]:
            return False
        following = self._after_adverbs(plain, stop, end)
        after = self._known(plain, following, end)
        return self._leads(plain, place, stop, following, after, end)

    def _object(self, plain: str, start: int, end: int, chain: _Chain) -> Found[str] | None:
        """What a verb acts on: what 把 puts before it, else what stands behind it up to the next deed of a list."""
        if disposed := self._put_before(plain, start, end, chain):
            return disposed
        begin = chain.end
        if plain.startswith(self._forms.unquotation, begin, end) and plain.startswith(
            self._forms.quotation, chain.start - 1
        ):
            begin += 1
        if (match := self._forms.complement.match(plain, begin, end)) and not (
            # 争取在3月底前完成: what stands there belongs to the deed that is striven for.
            match[0] in self._prepositions.terms
            and self._forms.governing.match(plain, chain.start, chain.end)
        ):
            begin = match.end()
        if plain[begin : begin + 1] in self._forms.separators:
            return None
        return _found(plain, begin, self._until_deed(plain, begin, end))

    def _put_before(self, plain: str, start: int, end: int, chain: _Chain) -> Found[str] | None:
        """The object that 把 or 将 leads, without the adverbs between it and the verb."""
        at = self._after_adverbs(plain, start, end)
        stop = self._prepositions.at(plain, at, end)
        if stop == at or self._constructions[plain[at:stop]] != "disposal":
            return None
        close = min(chain.adverbs, chain.start) if chain.adverbs > stop else chain.start
        while adverb := next(
            (n for n in range(4, 0, -1) if plain[close - n : close] in self._adverbs.terms), 0
        ):
            close -= adverb
        if closely := self._forms.closely.search(plain, stop, close):
            close = closely.start()
        return _found(plain, stop, close) if close > stop + 1 else None

    def _until_deed(self, plain: str, start: int, end: int) -> int:
        """Where a list of deeds goes on with the next: 稳住面积、做强产业 is to steady one thing and to strengthen another."""
        mark = plain.find(self._forms.comma, start + 1, end)
        # 贴近群众、方便群众的场所: a list of what describes; 推动企业扩大规模、提升质量: two deeds of the firms.
        if (
            mark < 0
            or self._forms.whole_list.search(plain, mark, end)
            or self._strong(plain, start, mark)
        ):
            return end
        while mark >= 0:
            at = self._after_adverbs(plain, mark + 1, end)
            stop = self._known(plain, at, end)
            is_deed = stop > at and self._is_plain_verb(plain[at:stop])
            is_alike = plain[mark - 2 : mark] == plain[end - 2 : end]  # 大局意识、看齐意识
            if is_deed and not is_alike and not self._forms.no_object.match(plain, stop, end):
                return mark if stop < end else end
            mark = plain.find(self._forms.comma, mark + 1, end)
        return end

    # ------------------------------------------------------------------ spans that begin otherwise

    def _candidates(self, plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The verbs of a stretch at the borders of its words."""
        place = start
        while place < end:
            if closes := self._forms.closing.get(plain[place]):
                # 以“飞地建设”突破瓶颈: what is quoted is named, not done.
                place = max(plain.find(closes, place, end), place) + 1
                continue
            stop = self._verbs.at(plain, place, end)
            word = self._words.at(plain, place, end)
            is_verb = stop > place and (stop >= word or self._is_free(plain, place, stop, word))
            if is_verb and not self._forms.growth.match(plain, place, end):  # 共享发展机遇
                yield place, stop
            adverb = self._adverbs.at(plain, place, end)
            is_whole = adverb - place > 1 or self._verbs.at(plain, adverb, word) == word
            place = max(stop, adverb if adverb > place and is_whole else word)

    def _is_free(self, plain: str, place: int, stop: int, word: int) -> bool:
        """Whether a verb is one though a longer word of the dictionary begins with it: 落到实处, 作出贡献."""
        if self._forms.resultative.match(plain, stop, word):
            return True
        tag, attributive = self._words.tag(plain[place:word]), self._forms.attributive
        traits = self._traits[plain[place:stop]]
        # The dictionary has phrases of four characters (追究责任) among its nouns.
        is_phrase = stop - place > 1 and (
            tag in _PHRASE_TAGS
            or (tag == "n" and word - place == 4 and plain[word : word + 1] != attributive)
        )
        return is_phrase and ("noun" not in traits or "give" in traits)

    def _strong(self, plain: str, start: int, end: int) -> tuple[int, int] | None:
        """The first verb that is no noun as well and has an object, else one at the end."""
        for place, stop in self._candidates(plain, start, end):
            if stop - place < 2:
                continue
            if self._is_noun(plain[place:stop]) and not self._leads_list(plain, stop, end):
                continue
            if self._is_describing(plain, place, stop, end):
                continue
            after = self._known(plain, stop, end)
            if (
                after - stop > 1
                and after < end
                and not self._forms.governing.match(plain, place, stop)
                and self._is_means(plain[place:stop], plain[stop:after])
            ):
                continue
            if stop == end or not self._forms.no_object.match(plain, stop, end):
                return place, stop
            # 结合实际制定和完善规则, but not 指导实践、推动工作.
            is_pair = plain[stop] not in self._forms.separators
            if is_pair and self._listed(plain, stop, end) > stop:
                return place, stop
        return None

    def _leads_list(self, plain: str, stop: int, end: int) -> bool:
        """Whether a noun's verb is one, joined to a plain verb that has an object: 分析和处理问题."""
        listed = self._listed(plain, stop, end)
        return listed > stop and self._is_plain_verb(plain[listed - 2 : listed])

    def _foreign(self, plain: str, start: int, end: int) -> tuple[int, int] | None:
        """The first verb that the dictionary alone knows."""
        place = start
        while place < end:
            stop = self._words.at(plain, place, end)
            word = plain[place:stop]
            if (
                len(word) > 1
                and place > start
                and self._words.tag(word) == "v"
                and word not in self._adverbs.terms
            ):
                return place, stop
            place = stop
        return None

    def _is_means(self, verb: str, following: str) -> bool:
        """Whether a verb stands as a noun before the one that follows it: …的执行完成…."""
        traits, governed = self._traits[verb], self._traits[following]
        if "light" in traits and "state" not in traits and "causes" not in governed:
            return False  # 搞好沟通协调: what follows is its object
        return "lead" not in traits and "noun" not in governed

    def _last_strong(self, plain: str, start: int, end: int) -> tuple[int, int] | None:
        """The last of the verbs that have an object."""
        found = self._strong(plain, start, end)
        # 以…的定位推动工作争先进位: what is pushed may act itself.
        while (
            found
            and not ("causes" in self._traits[plain[slice(*found)]] and found[0] > start)
            and (further := self._strong(plain, found[1], end))
            and further[1] < end
            and self._listed(plain, found[1], end) < further[1]  # 保障和促进发展
        ):
            found = further
        return found

    def _weak(self, plain: str, start: int, end: int) -> tuple[int, int] | None:
        """The last verb, be it a noun as well."""
        found = None
        for place, stop in self._candidates(plain, start, end):
            found = (place, stop) if stop - place > 1 else found
        return found

    def _from(self, plain: str, found: tuple[int, int] | None, end: int) -> _Chain | None:
        """The chain that begins at a verb that was found, with the adverb that stands before it."""
        if found is None:
            return None
        place, stop = found
        before = (
            place - n for n in range(4, 1, -1) if plain[place - n : place] in self._adverbs.terms
        )
        adverb = next(before, place)
        return self._chain(plain, adverb, place, end) or _Chain(adverb, place, stop)

    def _phrase(self, plain: str, start: int, end: int) -> _Chain | None:
        """向…提供…, 通过…带动…: the first verb behind that can be nothing but a verb."""
        if asked := self._forms.asked.match(plain, start, end):
            return _Chain(asked.start(1), *asked.span(1))
        if gift := self._forms.gift.search(plain, start, end):
            return self._from(plain, gift.span(1), end)
        match = self._forms.statement.search(plain, start, end)
        # 通过制度保证决策得到有效执行: what is made sure of is a state already.
        if (
            match
            and self._is_plain_verb(match[1])
            and not self._strong(plain, start, match.start())
        ):
            return _Chain(match.start(), *match.span(1))
        found = (
            self._strong(plain, start, end)
            or self._taking(plain, start, end)
            or self._weak(plain, start, end)
        )
        return self._from(plain, found, end)

    def _use(self, plain: str, start: int, end: int) -> _Chain | None:
        """运用…推动…: as `_means`, but what a 、 parts from the means is another deed (适应市场变化、满足群众需求)."""
        chain = self._means(plain, start, end)
        is_beside = chain is not None and plain[chain.adverbs - 1] in self._forms.separators
        return None if is_beside else chain

    def _means(self, plain: str, start: int, end: int) -> _Chain | None:
        """抢抓机遇加快…: the verb that the means serve, if there is one (else the means are the deed)."""
        if self._forms.chance.search(plain, start, end):
            return None
        stop = self._known(plain, start, end)
        is_verb = stop > start and not self._is_noun(plain[start:stop])
        if is_verb and not self._is_cut(plain, start, stop, end):  # 围绕突出问题
            deed = self._chain(plain, start, start, end)
            return (deed and self._served(plain, deed, end)) or deed
        return self._from(
            plain, self._strong(plain, start, end) or self._taking(plain, start, end), end
        )

    def _around(self, plain: str, start: int, end: int) -> _Chain | None:
        """围绕…开展…: as `_means`, but a deed that it only goes around is not the verb (围绕扩大开放)."""
        deed = (
            self._chain(plain, start, start, end)
            if self._known(plain, start, end) > start
            else None
        )
        if deed and not self._is_cut(plain, start, deed.end, end):
            return self._served(plain, deed, end)
        chain = self._means(plain, start, end)
        if chain is not None and chain.start == start:
            return self._served(plain, chain, end)
        return chain or self._from(plain, self._modified(plain, start, end, 2), end)

    def _served(self, plain: str, deed: _Chain, end: int) -> _Chain | None:
        """What is done for the deed that a phrase names first: 围绕改善民生加强监督, 聚焦促进就业履职尽责."""
        start = deed.end + 2
        if chain := self._set_phrase(plain, deed, start, end):
            return chain
        found, light = None, deed.end
        for place, stop in self._candidates(plain, deed.end, end):
            verb = plain[place:stop]
            is_object = place == light  # 加强宣传引导
            light = stop if "light" in self._traits[verb] and not self._is_noun(verb) else light
            if is_object or place < start or stop - place < 2:
                continue
            if plain[place - 1] in self._forms.separators or (
                plain[deed.end : place] in self._adverbs.terms
            ):
                continue
            if plain.find(self._forms.attributive, stop, end) < 0 and (
                self._acts_on(plain, place, stop, end)
                if stop < end
                else self._closes(plain, deed.end, place, end)
            ):
                found = place, stop
        if found:
            return self._from(plain, found, end)
        last, stop = end - 3, end - 2
        if last >= start and self._words.at(plain, last - 1, end) == last:
            is_triple = plain[last - 1] not in self._forms.marks
            is_triple = is_triple and self._known(plain, last, end) == stop
            if is_triple and self._words.at(plain, stop, end) == end:
                return _Chain(last, last, stop)
        return None

    def _set_phrase(self, plain: str, deed: _Chain, start: int, end: int) -> _Chain | None:
        """The set phrase for which a deed is named first: …履职尽责、凝心聚力, but not 推动项目落地见效."""
        is_pushed = self._forms.governing.match(plain, deed.start, deed.end)
        for at in range(start, end - 3):
            stop = self._idiom(plain, at, end)
            if stop != at + 4 or plain[at - 1] in self._forms.marks:
                continue
            if is_pushed and plain[at:stop] in self._states:
                continue
            if not self._is_plain_verb(plain[at - 2 : at]):  # 积极开展协商议政
                return _Chain(at, at, stop)
        return None

    def _acts_on(self, plain: str, place: int, stop: int, end: int) -> bool:
        """Whether a verb that is no noun stands there with an object."""
        is_plain = self._is_plain_verb(plain[place:stop])
        return is_plain and not self._forms.no_object.match(plain, stop, end)

    def _closes(self, plain: str, start: int, place: int, end: int) -> bool:
        """Whether a verb closes a span behind an adverb: …深入研究, but not 推动高质量发展."""
        if self._forms.outcome.search(plain, start, end):
            return False
        return any(
            plain[place - n : place] in self._adverbs.terms
            and not self._is_plain_verb(plain[place - n - 2 : place - n])
            for n in (2, 3, 4)
        )

    def _taking(self, plain: str, start: int, end: int) -> tuple[int, int] | None:
        """A noun's verb that takes an object here: 利用自然资源发展旅游业."""
        for place, stop in self._candidates(plain, start, end):
            takes = place > start and "takes" in self._traits[plain[place:stop]]
            # 用暖心服务回应诉求, 以严要求廉洁履职: no object begins there.
            if takes and self._is_taking(plain, stop, end):  # 用暖心服务回应诉求
                continue
            if takes and end - stop > 1 and not self._describes(plain, stop, end):
                return place, stop
        return None

    def _is_taking(self, plain: str, place: int, end: int) -> bool:
        """Whether a noun's verb that takes an object begins at `place`."""
        after = self._known(plain, place, end)
        takes = after > place and "takes" in self._traits[plain[place:after]]
        return takes and end - after > 1 and not self._describes(plain, after, end)

    def _place(self, plain: str, start: int, end: int) -> _Chain | None:
        """在…上取得…: the verb behind the word that closes the phrase."""
        first, may_be_noun = None, False
        for place in range(start + 1, end):
            stop = self._closers.at(plain, place, end)
            if stop == place:
                continue
            at = self._after_adverbs(plain, stop, end)
            after = self._verb(plain, at, end)
            if after == at:
                continue
            if "arrive" in self._traits.get(plain[at:after], ()):
                return self._chain(plain, stop, at, end)
            # 在重点领域改革、修缮校舍等方面推行试点: 领域 closes nothing, for what follows it is no deed.
            if first is None or may_be_noun:
                first = self._chain(plain, stop, at, end) or first
                may_be_noun = self._is_noun(plain[at:after]) or (
                    first is not None and self._is_noun(plain[first.start : first.end])
                )
        return first or self._phrase(plain, start, end)

    def _manner(self, plain: str, start: int, end: int) -> _Chain | None:
        """以…为指导 → 为; 以…为导向深化… → 深化; 以…支撑… → 支撑."""
        if gift := self._forms.gift.search(plain, start, end):
            return self._from(plain, gift.span(1), end)
        if (at := self._disposed(plain, start, end)) and (chain := self._find(plain, at, end)):
            return chain
        match = self._forms.taken_as.search(plain, start, end)
        if match is None and (stop := self._known(plain, start, end)) > start:
            found = self._last_strong(plain, start, end)
            if found == (start, stop) and "firm" in self._traits[plain[start:stop]]:
                # 以坚定意志有效维护…: what opens the phrase is only what is meant.
                found = self._modified(plain, stop, end, 2) or found
            return self._from(plain, found, end)
        if match is None:
            return self._phrase(plain, start, end)
        at = self._after_adverbs(plain, match.end(), end)
        if chain := self._chain(plain, match.end(), at, end):
            return chain
        # 以富民为目标对山场进行改造, but not 以守林人为榜样.
        is_followed = self._preposition(plain, at, end) > at and not plain.startswith(
            self._forms.conjunctions, at, end
        )
        if is_followed and (chain := self._bound(plain, at, end) or self._find(plain, at, end)):
            return chain
        return _Chain(match.start(), match.start(), match.start() + 1)

    def _disposed(self, plain: str, start: int, end: int) -> int:
        """Where 把 or 将 begins behind how something is done: 以钉钉子精神把制度落到实处; 0 if nowhere."""
        place = start
        while place < end:
            stop = self._words.at(plain, place, end)
            if place - start > 1 and self._constructions.get(plain[place:stop]) == "disposal":
                return place
            place = stop
        return 0

    def _regard(self, plain: str, start: int, end: int) -> _Chain | None:
        """对…实行…: the verb that deals with what the phrase names."""
        if chain := self._after_modal(plain, start, end):
            return chain
        # What stands before 的 only tells which: 对收集的问题建立台账.
        tail = max(start, plain.rfind(self._forms.attributive, start, end) + 1)
        last, dealt, gives = None, None, False
        for place, stop in self._candidates(plain, start, end):
            traits = self._traits[plain[place:stop]]
            if "deal" in traits and not self._describes(plain, stop, end):
                if place >= tail:
                    return self._chain(plain, place, place, end)
                dealt = place, stop
            if place >= tail and stop - place > 1 and "noun" not in traits:
                last = last or (place, stop)
                gives = gives or "give" in traits
        # 对已签约项目认真梳理: what an adverb describes is done, not what the object is.
        done = None if gives else self._modified(plain, tail, end, 2)
        if done and plain[done[1] : done[1] + 1] not in self._forms.separators and done[1] < end:
            done = None
        if (
            dealt is None
            and (idiom := end - 4) > start
            and self._idioms.at(plain, idiom, end) == end
        ):
            return _Chain(idiom, idiom, end)
        is_closed = last is not None and (
            last[1] == end or plain.startswith(self._forms.conjunctions, last[1], end)
        )
        if dealt and dealt[1] < tail and is_closed:
            # 对形势作出科学的判断: what stands behind 的 is the object of what is done.
            last = dealt
        last = done or last or dealt
        return self._from(plain, last or self._weak(plain, start, end), end)

    def _giving(self, plain: str, start: int, end: int) -> _Chain | None:
        """为…提供…: the last verb of giving, else the first verb behind."""
        if gift := self._forms.contribution.search(plain, start, end):
            return self._from(plain, gift.span(1), end)
        gives, also_nouns = None, None
        for place, stop in self._candidates(plain, start, end):
            traits = self._traits[plain[place:stop]]
            if "give" in traits and "noun" in traits:
                also_nouns = place, stop
            elif "give" in traits:
                if gives and plain[place - 1] in self._forms.separators:
                    break  # 营造…环境、提供…保障
                gives = place, stop
                if plain[stop : stop + 1] in self._forms.separators:
                    break
        return self._from(plain, gives or also_nouns, end) or self._phrase(plain, start, end)

    def _disposal(self, plain: str, start: int, end: int) -> _Chain | None:
        """把…做成…: the verb with a complement, else the last verb."""
        turned, complemented, last = None, None, None
        for place, stop in self._candidates(plain, start, end):
            result = self._forms.resultative.match(plain, stop, end)
            if result and self._is_noun(plain[place:stop]):
                # 教育实践活动: the character only begins another word.
                word = self._words.at(plain, stop, end)
                is_whole = word <= result.end() or self._forms.resultative.fullmatch(
                    plain, stop, word
                )
                result = result if is_whole else None
            is_described = plain.startswith(self._forms.attributive, stop, end)
            if "result" in self._traits[plain[place:stop]] and not is_described:
                turned = place, stop
            elif self._describes(plain, stop, end) or (
                # 把洪水造成的损失…: the verb only says which loss.
                result and plain.startswith(self._forms.attributive, result.end(), end)
            ):
                continue
            elif result or (
                plain[stop : stop + 1] in self._forms.separators
                and not self._is_noun(plain[place:stop])
            ):
                complemented = complemented or (place, stop)
            if last is None or last[1] < place or "pairs" not in self._traits[plain[slice(*last)]]:
                last = place, stop
        return self._from(plain, turned or complemented or last, end)

    def _describes(self, plain: str, stop: int, end: int) -> bool:
        """Whether the verb that ends at `stop` only says which noun is meant: 统一的空间规划, 落实情况."""
        return (
            plain.startswith(self._forms.attributive, stop, end)
            or self._forms.own_noun.match(plain, stop, end) is not None
        )

    def _after_modal(self, plain: str, start: int, end: int) -> _Chain | None:
        """措施要硬: what stands behind the 要 of a theme, verb or not."""
        for match in self._forms.modal.finditer(plain, start, end):
            if self._is_torn_modal(plain, start, match.start(), end):
                continue
            longest = self._words.at(plain, match.start(), end)
            word = plain[match.start() : longest]
            if longest > match.end() and (word in self._traits or self._words.tag(word) == "n"):
                continue
            at = match.end()
            if chain := self._bound(plain, at, end):
                return chain
            if self._idiom(plain, at, end) == at:
                at = self._after_adverbs(plain, at, end)
            if at >= end:
                continue
            if self._preposition(plain, at, end) > at:
                return self._find(plain, match.end(), end)
            if chain := self._chain(plain, match.end(), at, end):
                return chain
            return self._quality(plain, at, end) or self._find(plain, match.end(), end)
        return None

    def _is_torn_modal(self, plain: str, start: int, place: int, end: int) -> bool:
        """Whether a word that began before holds the 要 at `place` (重要), but not by chance (任务|要, 首先|要)."""
        if self._words.at(plain, place - 1, end) <= place:
            return False
        before = (place - 2, place - 3)
        return not any(at >= start and self._words.at(plain, at, end) == place for at in before)

    def _quality(self, plain: str, start: int, end: int) -> _Chain | None:
        """A predicate that is no verb: 措施要硬, 要更加灵活适度, 要“实”; of several the first (气魄要大、起点要高)."""
        at = start
        while (stop := self._words.at(plain, at, end)) < end and (
            self._words.tag(plain[at:stop]) == "d" and self._adverbs.at(plain, at, stop) == stop
        ):
            at = stop
        at = self._within_quotation(plain, at, end)
        stop = end - plain.endswith(self._forms.unquotation, at, end)
        mark = plain.find(self._forms.comma, at, stop)
        if stop - at > 4 and (self._words.tag(plain[at:mark]) or "x")[0] != "n":
            stop = mark
        return _Chain(start, at, stop) if 0 < stop - at <= 4 else None

    def _predicate(self, plain: str, start: int, place: int, end: int) -> _Chain | None:
        """A span that begins with what is spoken of: its predicate."""
        if made := self._forms.made_so.match(plain, start, end):
            close = made.end(1)
            if self._verbs.at(plain, close, end) < close + 2:
                return _Chain(start, made.start(1), close)
        if chain := self._after_modal(plain, start + 1, end):
            return chain
        if self._forms.figure.search(plain, place, end):
            found = self._of_figure(plain, place, end) or self._strong(plain, place, end)
            return self._from(plain, found, end)
        if (idiom := end - 4) > place and self._idioms.at(plain, idiom, end) == end:
            return _Chain(idiom, idiom, end)
        return self._from(plain, self._behind_theme(plain, place, end), end)

    def _of_figure(self, plain: str, start: int, end: int) -> tuple[int, int] | None:
        """The verb directly before a figure: 增加值增长6%左右 → 增长."""
        for match in self._forms.figure.finditer(plain, start, end):
            for place in range(max(start, match.start() - 3), match.start()):
                stop = self._verbs.at(plain, place, match.start())
                if stop == match.start() and "state" in self._traits[plain[place:stop]]:
                    return place, stop
            stop = self._verbs.at(plain, match.start(), end)
            if stop - match.start() > 1:  # 占比超过60%
                return match.start(), stop
        return None

    def _behind_theme(self, plain: str, start: int, end: int) -> tuple[int, int] | None:
        """The verb of a statement; what stands before 的 only describes."""
        tail = max(start, plain.rfind(self._forms.attributive, start, end) + 1)
        return (
            self._modified(plain, start, end, 2)
            or self._strong(plain, tail, end)
            or self._modified(plain, start, end, 1)
            or self._weak(plain, tail, end)
            or self._strong(plain, start, end)
            or self._foreign(plain, start, end)
        )

    def _modified(self, plain: str, start: int, end: int, length: int) -> tuple[int, int] | None:
        """The first verb that follows an adverb of at least so many characters."""
        for place in range(start, end):
            at = self._adverbs.at(plain, place, end)
            if at - place < length or self._words.at(plain, place, end) > at:
                continue
            if (stop := self._known(plain, at, end)) > at:
                return at, stop
        return None


class _Forms:
    """The short forms that the search for a head rests on, compiled from `verb_forms.toml`."""

    def __init__(self, lexicon: Lexicon) -> None:
        forms = {rule.name: rule for rule in lexicon.rules("verb_forms")}
        self.manner = forms["manner"].pattern
        self.no_object = forms["no_object"].pattern
        self.own_noun = forms["own_noun"].pattern
        self.growth = forms["growth"].pattern
        self.campaign = forms["campaign"].pattern
        self.describing = forms["describing"].pattern
        self.made_so = forms["made_so"].pattern
        self.complement = forms["complement"].pattern
        self.taken_as = forms["taken_as"].pattern
        self.resultative = forms["resultative"].pattern
        self.modal = forms["modal"].pattern
        self.figure = forms["figure"].pattern
        marks = {
            kind: tuple(lexicon.terms("verb_marks", mark=kind))
            for kind in lexicon.mapping("verb_marks", "mark").values()
        }
        self.conjunctions = (*marks["conjunction"], *marks["separator"])
        self.separators = frozenset(marks["separator"])
        self.noun_endings = frozenset(marks["noun_ending"])
        self.theme_modal = forms["theme_modal"].pattern
        self.statement = forms["statement"].pattern
        self.outcome = forms["outcome"].pattern
        self.gift = forms["gift"].pattern
        self.on = forms["on"].pattern
        self.into = forms["into"].pattern
        self.governing = forms["governing"].pattern
        self.taking = forms["taking"].pattern
        self.telling = forms["telling"].pattern
        self.determiner = forms["determiner"].pattern
        self.theme_list = forms["theme_list"].pattern
        self.contribution = forms["contribution"].pattern
        self.chance = forms["chance"].pattern
        self.purpose = forms["purpose"].pattern
        self.phrase = forms["phrase"].pattern
        self.slogan = forms["slogan"].pattern
        self.asked = forms["asked"].pattern
        self.drafts = forms["drafts"].pattern
        self.closely = forms["closely"].pattern
        self.whole_list = forms["whole_list"].pattern
        self.adverb_mark = marks["adverbial"][0]
        self.attributive = marks["attributive"][0]
        self.marks = frozenset(lexicon.terms("verb_marks"))
        self.quotation, self.unquotation = marks["quotation"][0], marks["unquotation"][0]
        self.closing = {self.quotation: self.unquotation, marks["title"][0]: marks["untitle"][0]}
        self.comma = marks["separator"][0]


def _found(plain: str, start: int, end: int) -> Found[str] | None:
    return Found(start, end, plain[start:end]) if start < end else None
