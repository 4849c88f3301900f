"""Word lists of the invented district: departments with their services, surnames, given names, native places."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Department:
    """A body with the services its people can give, the most common first."""

    name: str
    short_name: str
    skills: tuple[str, ...]


DEPARTMENTS = (
    Department("区委办公室", "区委办", ("综合受理",)),
    Department("区委组织部", "区委组织部", ("综合受理", "法律政策")),
    Department("区委政法委员会", "区委政法委", ("法律政策",)),
    Department("区信访局", "区信访局", ("综合受理", "法律政策")),
    Department("区人力资源和社会保障局", "区人社局", ("民政社保",)),
    Department("区医疗保障局", "区医保局", ("民政社保", "医疗卫生")),
    Department("区民政局", "区民政局", ("民政社保",)),
    Department("区退役军人事务局", "区退役军人局", ("民政社保", "综合受理")),
    Department("区农业农村局", "区农业农村局", ("农业技术",)),
    Department("区林业和草原局", "区林草局", ("农业技术",)),
    Department("区水利局", "区水利局", ("农业技术", "综合受理")),
    Department("区卫生健康局", "区卫健局", ("医疗卫生",)),
    Department("区教育体育局", "区教体局", ("综合受理", "法律政策")),
    Department("区公安局", "区公安局", ("法律政策", "综合受理")),
    Department("区司法局", "区司法局", ("法律政策",)),
    Department("区自然资源局", "区自然资源局", ("法律政策", "综合受理")),
    Department("区住房和城乡建设局", "区住建局", ("综合受理",)),
    Department("区交通运输局", "区交通局", ("综合受理",)),
    Department("区市场监督管理局", "区市场监管局", ("法律政策", "综合受理")),
    Department("区税务局", "区税务局", ("法律政策", "综合受理")),
    Department("区政务服务局", "区政务服务局", ("综合受理",)),
    Department("区财政局", "区财政局", ("综合受理", "民政社保")),
    Department("区残疾人联合会", "区残联", ("民政社保",)),
    Department("区供销合作社联合社", "区供销社", ("农业技术",)),
    Department("区疾病预防控制中心", "区疾控中心", ("医疗卫生",)),
    Department("区人民医院", "区人民医院", ("医疗卫生",)),
)

SURNAMES = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)

MALE_NAMES = tuple("伟强磊军洋勇杰涛斌超明刚平辉鹏飞宇浩凯峰亮波宁鑫毅俊帆栋林松柏川岩石恒远志诚信义礼文武正国建华庆安")

FEMALE_NAMES = tuple(
    "芳娜敏静丽艳娟霞秀英玲桂兰红梅琴云莲雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉洁惠晶倩婷姣婉娴瑾颖露瑶怡婵雁蓓"
)

NATIVE_PLACES = ("本区", "邻县", "省城", "外省")
