"""Two words that a person can compare at a glance: in the browser, and where the answer is given.

They guard against answering for another browser than one's own, not against guessing: 124 colours
and materials by 145 animals, drawn anew for each question, no two waiting questions alike.
"""

import secrets
from collections.abc import Container

FIRST = tuple(
    """
    agate alpine amber apple apricot arctic ash autumn azure bamboo basalt beige birch bright
    bronze calm canvas carbon cedar cerise chalk chrome citrus clay clear clover cobalt copper
    coral cork cotton crimson crystal cyan dapple dawn denim desert dusk ebony emerald fern
    flannel flint floral forest frost garnet ginger glass gold granite grape green hazel heather
    honey indigo island ivory jade jasper lavender lemon lilac lime linen lunar magenta mango
    maple marble maroon meadow mellow mint misty moss mustard navy nickel north oak ocean ochre
    olive onyx opal orange orchid peach pearl pebble pepper pine plum polar prairie purple
    quartz quiet rain rose ruby russet rustic saffron sage sandy satin scarlet sepia silver
    slate spruce summer sunny teal topaz velvet violet walnut willow winter
    """.split()  # noqa: SIM905 - to be read
)
SECOND = tuple(
    """
    albatross alpaca antelope armadillo avocet badger bear beetle bison bittern bobcat bunting
    butterfly camel canary caribou cat chamois cheetah chipmunk cicada cod condor coot cormorant
    crane cricket curlew deer dingo dolphin dormouse dove dragonfly duck eagle eel egret eider
    elk emu falcon ferret finch firefly flamingo fox gannet gazelle gecko gibbon giraffe goose
    grebe grouse gull hare harrier hedgehog heron hoopoe hornbill horse ibex ibis iguana impala
    jackdaw jaguar jay kestrel kingfisher kiwi koala kookaburra lapwing lark lemur leopard lion
    linnet lizard llama lobster lynx macaw magpie mallard manatee marten meerkat mole moose moth
    narwhal newt nightingale ocelot octopus okapi oriole osprey otter owl oyster panda parrot
    partridge pelican penguin petrel pheasant pigeon plover pony puffin puma quail rabbit raven
    robin salmon sandpiper seal shearwater skylark sparrow starling stork swan swift tapir tern
    thrush tortoise trout turtle vole walrus warbler wombat woodpecker wren yak zebra
    """.split()  # noqa: SIM905 - to be read
)
_TRIES = 1000


def two_words(taken: Container[str]) -> str:
    """`amber otter`; none of those that are taken. Raises RuntimeError where nearly all are."""
    for _ in range(_TRIES):
        pair = f"{secrets.choice(FIRST)} {secrets.choice(SECOND)}"
        if pair not in taken:
            return pair
    raise RuntimeError("nearly all pairs of words are taken")
