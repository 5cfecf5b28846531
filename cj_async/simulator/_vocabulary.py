"""Which words, categories and warehouses is the made-up catalog built from? Constant tables."""

from __future__ import annotations

from typing import NamedTuple


class Category(NamedTuple):
    """One of the categories of the third level; ``code`` is the middle of its products' SKUs."""

    first: str
    second: str
    third: str
    code: str


class Noun(NamedTuple):
    """What a product is, in English and Chinese, and the number of its category."""

    english: str
    chinese: str
    category: int


class Term(NamedTuple):
    """An adjective, a colour or a material in English and Chinese."""

    english: str
    chinese: str


class Warehouse(NamedTuple):
    """A country that stock can be in; the area id is its place in the table, from 1."""

    country: str
    name: str
    chinese: str
    german: str
    french: str
    thai: str
    disabled: bool
    stocked_percent: int
    most: int


_CATEGORIES = """
Women's Clothing/Tops & Sets/Hoodies & Sweatshirts/NSWY
  Hoodie=连帽衫, Sweatshirt=卫衣, Pullover=套头衫, Zip Jacket=拉链外套
Women's Clothing/Tops & Sets/Blouses & Shirts/NSCS
  Blouse=女衬衫, Shirt=衬衫, Tunic=长上衣, Crop Top=短上衣
Women's Clothing/Bottoms/Skirts/NSQZ
  Skirt=半身裙, Mini Skirt=短裙, Pleated Skirt=百褶裙, Skort=裙裤
Women's Clothing/Bottoms/Leggings/NSDK
  Leggings=打底裤, Yoga Pants=瑜伽裤, Capris=七分裤, Tights=紧身裤
Men's Clothing/Outerwear & Jackets/Jackets/NZJK
  Jacket=夹克, Windbreaker=风衣, Parka=派克大衣, Vest=马甲
Men's Clothing/Bottoms/Casual Pants/NZXK
  Trousers=长裤, Jeans=牛仔裤, Joggers=运动裤, Shorts=短裤
Bags & Shoes/Women's Bags/Shoulder Bags/XBDJ
  Shoulder Bag=单肩包, Handbag=手提包, Clutch=手拿包, Tote Bag=托特包
Bags & Shoes/Women's Bags/Backpacks/XBSJ
  Backpack=双肩包, Rucksack=背囊, Daypack=日用背包, School Bag=书包
Bags & Shoes/Men's Shoes/Sneakers/XBYD
  Sneakers=运动鞋, Running Shoes=跑鞋, Trainers=训练鞋, Loafers=乐福鞋
Bags & Shoes/Women's Shoes/Sandals/XBLX
  Sandals=凉鞋, Slippers=拖鞋, Flip-Flops=人字拖, Clogs=木底鞋
Jewelry & Watches/Fashion Jewelry/Necklaces & Pendants/ZBXL
  Necklace=项链, Pendant=吊坠, Choker=颈链, Locket=盒式吊坠
Jewelry & Watches/Fashion Jewelry/Earrings/ZBEH
  Earrings=耳环, Ear Studs=耳钉, Hoops=圈形耳环, Ear Cuff=耳骨夹
Jewelry & Watches/Fashion Jewelry/Rings/ZBJZ
  Ring=戒指, Band Ring=指环, Signet Ring=印章戒, Ring Set=戒指套装
Jewelry & Watches/Watches/Quartz Watches/ZBSB
  Watch=手表, Wristwatch=腕表, Pocket Watch=怀表, Smart Bracelet=智能手环
Health, Beauty & Hair/Makeup/Makeup Tools/MZGJ
  Makeup Brush=化妆刷, Powder Puff=粉扑, Eyelash Curler=睫毛夹, Makeup Mirror=化妆镜
Health, Beauty & Hair/Skin Care/Face Care/MZHF
  Face Mask=面膜, Serum=精华液, Face Roller=面部滚轮, Cleansing Brush=洁面刷
Health, Beauty & Hair/Hair & Accessories/Hair Styling/MZMF
  Hair Dryer=吹风机, Hair Clip=发夹, Hair Comb=梳子, Curling Iron=卷发棒
Home, Garden & Furniture/Home Storage/Home Office Storage/JJSN
  Storage Box=收纳盒, Drawer Organizer=抽屉收纳, Shelf=置物架, Basket=篮子
Home, Garden & Furniture/Kitchen & Dining/Kitchen Tools/JJCF
  Knife=刀, Peeler=削皮器, Grater=刨丝器, Cutting Board=砧板
Home, Garden & Furniture/Kitchen & Dining/Drinkware/JJBJ
  Mug=马克杯, Tumbler=随行杯, Water Bottle=水瓶, Teapot=茶壶
Home, Garden & Furniture/Home Decor/Lamps/JJDJ
  Lamp=灯, Night Light=夜灯, Desk Lamp=台灯, String Lights=灯串
Home, Garden & Furniture/Home Textiles/Bedding/JJCP
  Blanket=毯子, Pillowcase=枕套, Duvet Cover=被套, Bed Sheet=床单
Home, Garden & Furniture/Garden/Garden Tools/JJYY
  Trowel=小铲子, Watering Can=浇水壶, Plant Pot=花盆, Pruner=修枝剪
Home Improvement/Tools/Hand Tools/GJSD
  Screwdriver=螺丝刀, Wrench=扳手, Pliers=钳子, Tape Measure=卷尺
Home Improvement/Hardware/Hooks & Hangers/GJGG
  Hook=挂钩, Hanger=衣架, Towel Rack=毛巾架, Bracket=支架
Sports & Outdoors/Camping & Hiking/Tents & Sleeping/HWLY
  Tent=帐篷, Sleeping Bag=睡袋, Hammock=吊床, Camping Mat=露营垫
Sports & Outdoors/Fitness/Fitness Equipment/HWJS
  Dumbbell=哑铃, Resistance Band=阻力带, Yoga Mat=瑜伽垫, Jump Rope=跳绳
Sports & Outdoors/Cycling/Bicycle Accessories/HWQX
  Bike Light=自行车灯, Bike Lock=自行车锁, Saddle=车座, Helmet=头盔
Toys, Kids & Babies/Toys & Hobbies/Puzzles/WJPT
  Puzzle=拼图, Jigsaw=锯齿拼图, Magic Cube=魔方, Building Blocks=积木
Toys, Kids & Babies/Toys & Hobbies/Models/WJMX
  Model Car=模型车, Model Plane=模型飞机, Trailer Model=拖车模型, Figure=手办
Toys, Kids & Babies/Baby & Mother/Baby Care/WJYE
  Pacifier Chain=奶嘴链, Baby Bottle=奶瓶, Bib=围嘴, Teether=牙胶
Pet Supplies/Dogs/Leashes & Collars/CWQY
  Leash=牵引绳, Collar=项圈, Harness=胸背带, Muzzle=嘴套
Pet Supplies/Cats/Cat Toys/CWMW
  Cat Teaser=逗猫棒, Scratching Post=猫抓柱, Cat Tunnel=猫隧道, Catnip Ball=猫薄荷球
Computer & Office/Office Electronics/Office & School Supplies/BGWJ
  Notebook=笔记本, Pen=钢笔, Stapler=订书机, Desk Pad=桌垫
Computer & Office/Peripherals/Keyboards & Mice/BGJP
  Keyboard=键盘, Mouse=鼠标, Mouse Pad=鼠标垫, Wrist Rest=腕托
Phones & Accessories/Cases & Chargers/Phone Cases/SJKK
  Phone Case=手机壳, Phone Stand=手机支架, Screen Film=屏幕膜, Phone Strap=手机绳
Phones & Accessories/Cases & Chargers/Chargers/SJCD
  Charger=充电器, Power Bank=移动电源, Charging Cable=充电线, Charging Dock=充电座
Consumer Electronics/Audio/Headphones & Speakers/DZYP
  Headphones=耳机, Earbuds=耳塞, Speaker=音箱, Microphone=麦克风
Consumer Electronics/Smart Home/Smart Devices/DZZN
  Smart Plug=智能插座, Doorbell=门铃, Sensor=传感器, Mini Projector=迷你投影仪
Automobiles & Motorcycles/Car Electronics & Interior/Car Accessories/QCPJ
  Car Mount=车载支架, Seat Cover=座套, Dash Camera=行车记录仪, Sun Shade=遮阳挡
"""
_ADJECTIVES = (
    "Foldable=折叠 Portable=便携 Waterproof=防水 Vintage=复古 Minimalist=简约 Cute=可爱 "
    "Elegant=优雅 Wireless=无线 Rechargeable=可充电 Adjustable=可调 Retro=怀旧 Luminous=发光 "
    "Oversized=宽松 Slim=修身 Printed=印花 Striped=条纹 Floral=碎花 Magnetic=磁吸 Silent=静音 "
    "Reusable=可重复 Non-Slip=防滑 Windproof=防风 Breathable=透气 Mini=迷你 Large=大号 Kids=儿童 "
    "Outdoor=户外 Travel=旅行 Creative=创意 Classic=经典 Bohemian=波西米亚 Personalized=个性化"
)
_MATERIALS = (
    "Cotton=棉 Metal=金属 Leather=皮革 Silicone=硅胶 Wooden=木 Ceramic=陶瓷 Glass=玻璃 "
    "Plastic=塑料 Polyester=涤纶 Linen=亚麻 Wool=羊毛 Bamboo=竹 Nylon=尼龙 Acrylic=亚克力 "
    "Paper=纸 Rubber=橡胶"
)
_COLORS = (
    "Black=黑色 White=白色 Grey=灰色 Navy=藏青 Off-White=米白 Red=红色 Pink=粉色 Green=绿色 "
    "Khaki=卡其 Blue=蓝色 Purple=紫色 Light-Blue=浅蓝"
)
SIZES = ("S", "M", "L", "XL")
PLATFORMS = ("shopify", "ebay", "amazon", "tiktok", "etsy")
PRODUCT_TYPES = (
    "ORDINARY_PRODUCT",
    "SUPPLIER_PRODUCT",
    "SUPPLIER_SHIPPED_PRODUCT",
    "SERVICE_PRODUCT",
    "PACKAGING_PRODUCT",
)
SUPPLIERS = (
    "Blue Harbor Trading",
    "Nine Pines Factory",
    "Kite Lantern Supply",
    "Quiet River Goods",
    "Paper Crane Works",
    "Copper Bell Home",
    "Tall Grass Textiles",
    "Little Comet Toys",
)
WAREHOUSES = (
    Warehouse("CN", "China", "中国", "China", "Chine", "จีน", False, 88, 13_000),
    Warehouse("US", "US", "美国", "US", "américain", "สหรัฐ", False, 26, 900),
    Warehouse("GB", "UK", "英国", "UK", "britannique", "อังกฤษ", False, 9, 400),
    Warehouse("DE", "Germany", "德国", "Deutschland", "allemand", "เยอรมนี", False, 12, 600),
    Warehouse("FR", "France", "法国", "Frankreich", "français", "ฝรั่งเศส", False, 7, 300),
    Warehouse("TH", "Thailand", "泰国", "Thailand", "thaïlandais", "ไทย", False, 4, 200),
    Warehouse("AU", "Australia", "澳大利亚", "Australien", "australien", "ออสเตรเลีย", True, 3, 150),
)
COUNTRY_NAMES = {
    "CN": "China",
    "US": "United States of America (the)",
    "GB": "United Kingdom",
    "DE": "Germany",
    "FR": "France",
    "TH": "Thailand",
    "AU": "Australia",
}


def _term(text: str) -> Term:
    english, _, chinese = text.partition("=")
    return Term(english, chinese)


def _category(place: str) -> Category:
    first, second, third, code = place.split("/")
    return Category(first, second, third, code)


_LINES = _CATEGORIES.strip().splitlines()

ADJECTIVES = tuple(map(_term, _ADJECTIVES.split()))
MATERIALS = tuple(map(_term, _MATERIALS.split()))
COLORS = tuple(map(_term, _COLORS.split()))
CATEGORIES = tuple(map(_category, _LINES[::2]))
NOUNS = tuple(
    Noun(*_term(word), category)
    for category, words in enumerate(_LINES[1::2])
    for word in words.strip().split(", ")
)
